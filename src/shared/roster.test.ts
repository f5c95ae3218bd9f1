import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Roster, type RosterMember } from './roster.ts';

it('has who was added and not deleted since, each once', () => {
  const steps = fc.array(fc.record({ who: fc.nat(7), deletes: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const members: RosterMember[] = Array.from({ length: 8 }, () => ({ rosterPlace: 0 }));
      const roster = new Roster();
      const model = new Set<RosterMember>();
      for (const { who, deletes } of all) {
        const member = members[who];
        if (!member) continue;
        if (deletes) expect(roster.delete(member)).toBe(model.delete(member));
        else roster.add(member);
        if (!deletes) model.add(member);
        expect(new Set(roster.values())).toEqual(model);
        expect(roster.size).toBe(model.size);
        for (const other of members) expect(roster.has(other)).toBe(model.has(other));
      }
    }),
  );
});

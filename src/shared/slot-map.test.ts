import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryUsed } from '../../test/support/memory-used.ts';
import { SlotMap } from './slot-map.ts';

interface Value {
  readonly number: number;
}

const actions = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), number: fc.nat(), deletes: fc.boolean() }),
  { maxLength: 60 },
);

describe('SlotMap', () => {
  it('does what a Map does, in the same order', () => {
    fc.assert(
      fc.property(actions, (all) => {
        const map = new SlotMap<Value>();
        const model = new Map<string, Value>();
        for (const { key, number, deletes } of all) {
          if (deletes) {
            expect(map.delete(key)).toBe(model.delete(key));
          } else {
            map.set(key, { number });
            model.set(key, { number });
          }
          expect([map.size, map.get(key), map.has(key)]).toEqual([model.size, model.get(key), model.has(key)]);
          expect([...map.keys()]).toEqual([...model.keys()]);
          expect([...map.values()]).toEqual([...model.values()]);
        }
      }),
    );
  });

  it('can lose what is being looked at', () => {
    const map = new SlotMap<Value>();
    for (const [number, key] of ['a', 'b', 'c', 'd'].entries()) map.set(key, { number });
    const seen: number[] = [];
    for (const { number } of map.values()) {
      seen.push(number);
      map.delete('a');
      map.delete('c');
    }
    expect(seen).toEqual([0, 1, 3]);
  });

  it('takes no more space for many that were there at different times', async () => {
    const map = new SlotMap<{ bytes: number[] }>();
    const before = await memoryUsed();
    for (let index = 0; index < 10_000; index += 1) {
      map.set(`${index}`, { bytes: Array.from({ length: 1_000 }, () => index) });
      map.delete(`${index - 10}`);
    }
    expect(map.size).toBe(10);
    expect((await memoryUsed()) - before).toBeLessThan(2e6);
  });
});

import { expect, it } from 'vitest';
import { Participant } from './participant.ts';

const track = {
  id: 't',
  kind: 'audio',
  source: 'microphone',
  muted: false,
  codec: 'audio/opus',
  simulcast: false,
} as const;

it('says the same as text and as a model, whatever it has and however it changes', () => {
  const plain = new Participant({ id: 'EoqHsKLxQt3r', name: 'Ada "\u2028" \u{1f375}', metadata: {} });
  const known = new Participant({ id: 'a', identity: 'ada', name: '', metadata: { seat: '1' } });
  const same = () => {
    for (const person of [plain, known]) expect(person.json).toBe(JSON.stringify(person.model()));
  };
  same();
  for (const person of [plain, known]) person.putTrack(track);
  same();
  for (const person of [plain, known]) person.removeTrack('t');
  for (const person of [plain, known]) person.change({ name: 'Bo', state: 'reconnecting' });
  same();
  plain.change({ metadata: { a: 'b' } });
  known.change({ metadata: {} });
  same();
});

import { describe, expect, it } from 'vitest';
import { nextActiveSpeaker } from './active-speaker.ts';

const level = (participant: string) => ({ participant, level: 0.5 });

describe('nextActiveSpeaker', () => {
  const ann = { participantId: 'ann', since: 1000 };

  it('gives the floor to the loudest other person', () => {
    const next = nextActiveSpeaker({
      current: { participantId: null, since: 0 },
      speakers: [level('me'), level('bob'), level('ann')],
      selfId: 'me',
      now: 500,
    });
    expect(next).toEqual({ participantId: 'bob', since: 500 });
  });

  it('leaves the floor to the last speaker in silence and while we speak ourselves', () => {
    expect(nextActiveSpeaker({ current: ann, speakers: [], selfId: 'me', now: 9000 })).toBe(ann);
    expect(nextActiveSpeaker({ current: ann, speakers: [level('me')], selfId: 'me', now: 9000 })).toBe(ann);
  });

  it('does not let an interjection take the floor at once', () => {
    const speakers = [level('bob'), level('ann')];
    expect(nextActiveSpeaker({ current: ann, speakers, selfId: 'me', now: 2000 })).toBe(ann);
    expect(nextActiveSpeaker({ current: ann, speakers, selfId: 'me', now: 3000 }).participantId).toBe('bob');
  });
});

import { describe, expect, it } from 'vitest';
import { SubscriptionWishes } from './subscription-wishes.ts';

interface Track {
  id: string;
  participantId: string;
}

const tracks: Track[] = [
  { id: 'own', participantId: 'me' },
  { id: 'one', participantId: 'ann' },
  { id: 'two', participantId: 'bea' },
];

const select = (wishes: SubscriptionWishes<Track>) =>
  wishes.select(tracks, 'me').map(({ track, wish }) => [track.id, wish]);

describe('SubscriptionWishes', () => {
  it('wants all but one’s own with automatic subscription', () => {
    expect(select(new SubscriptionWishes({ auto: true }))).toEqual([
      ['one', {}],
      ['two', {}],
    ]);
  });

  it('wants nothing by itself without it', () => {
    expect(select(new SubscriptionWishes({ auto: false }))).toEqual([]);
  });

  it('gives the same wish as long as it has not changed', () => {
    const wishes = new SubscriptionWishes<Track>({ auto: true });
    expect(select(wishes)[0]?.[1]).toBe(select(wishes)[0]?.[1]);
  });

  it('replaces an earlier wish as a whole', () => {
    const wishes = new SubscriptionWishes<Track>({ auto: false });
    wishes.want({ track: 'one', width: 100, paused: true });
    wishes.want({ track: 'one', height: 50 });
    expect(select(wishes)).toEqual([['one', { height: 50 }]]);
  });

  it('leaves out what is unwanted until it is wanted again', () => {
    const wishes = new SubscriptionWishes<Track>({ auto: true });
    wishes.unwant('one');
    expect(select(wishes).map(([id]) => id)).toEqual(['two']);
    wishes.want({ track: 'one' });
    expect(select(wishes).map(([id]) => id)).toEqual(['one', 'two']);
  });

  it('never offers again what was refused', () => {
    const wishes = new SubscriptionWishes<Track>({ auto: true });
    wishes.refuse('one');
    wishes.want({ track: 'one' });
    expect(select(wishes).map(([id]) => id)).toEqual(['two']);
  });

  it('forgets tracks that have ended', () => {
    const wishes = new SubscriptionWishes<Track>({ auto: false });
    wishes.want({ track: 'one' });
    wishes.prune(new Map());
    expect(select(wishes)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { chooseFocus, orderTiles, type TileEntry } from './tile-order.ts';

const person = (name: string, joinedAt: number, extra: Partial<TileEntry> = {}): TileEntry => ({
  id: `${name}:camera`,
  participantId: name,
  isSelf: false,
  source: 'camera',
  joinedAt,
  ...extra,
});
const ann = person('ann', 1);
const bob = person('bob', 2);
const cat = person('cat', 3);
const dan = person('dan', 4);
const me = person('me', 0, { isSelf: true });
const screen = person('bob', 2, { id: 'bob:screen', source: 'screen' });
const silent = new Map<string, number>();
const ids = (tiles: TileEntry[]) => tiles.map((tile) => tile.id.replace(':camera', ''));

describe('orderTiles', () => {
  it('shows people by arrival and ourselves last', () => {
    expect(ids(orderTiles({ tiles: [me, cat, ann, bob], lastSpokeAt: silent, pinnedId: null, capacity: 9 }))).toEqual([
      'ann',
      'bob',
      'cat',
      'me',
    ]);
  });

  it('puts the pinned tile first and screens before people', () => {
    const order = orderTiles({ tiles: [me, ann, bob, screen], lastSpokeAt: silent, pinnedId: bob.id, capacity: 9 });
    expect(ids(order)).toEqual(['bob', 'bob:screen', 'ann', 'me']);
  });

  it('puts our own screen beside ourselves, not before the others', () => {
    const own = person('me', 0, { id: 'me:screen', source: 'screen', isSelf: true });
    const order = orderTiles({ tiles: [me, own, ann], lastSpokeAt: silent, pinnedId: null, capacity: 9 });
    expect(ids(order)).toEqual(['ann', 'me:screen', 'me']);
  });

  it('keeps ourselves on the first page', () => {
    const order = orderTiles({ tiles: [me, ann, bob, cat, dan], lastSpokeAt: silent, pinnedId: null, capacity: 3 });
    expect(ids(order)).toEqual(['ann', 'bob', 'me', 'cat', 'dan']);
  });

  it('brings a speaker of a later page to the first, in the place of the one silent longest', () => {
    const lastSpokeAt = new Map([
      ['ann', 100],
      ['dan', 200],
    ]);
    const order = orderTiles({ tiles: [me, ann, bob, cat, dan], lastSpokeAt, pinnedId: null, capacity: 3 });
    expect(ids(order)).toEqual(['ann', 'dan', 'me', 'cat', 'bob']);
  });

  it('leaves everyone in place when there is one page only', () => {
    const order = orderTiles({
      tiles: [ann, bob, me],
      lastSpokeAt: new Map([['bob', 9]]),
      pinnedId: null,
      capacity: 9,
    });
    expect(ids(order)).toEqual(['ann', 'bob', 'me']);
  });
});

describe('chooseFocus', () => {
  const tiles = [ann, bob, me];
  it('shows the grid until somebody shares a screen', () => {
    expect(chooseFocus({ tiles, layout: 'auto', pinnedId: null, activeSpeakerId: 'ann' })).toBeNull();
    expect(chooseFocus({ tiles: [screen, ...tiles], layout: 'auto', pinnedId: null, activeSpeakerId: 'ann' })).toBe(
      'bob:screen',
    );
  });

  it('never shows our own screen large by itself', () => {
    const own = person('me', 0, { id: 'me:screen', source: 'screen', isSelf: true });
    expect(chooseFocus({ tiles: [own, ...tiles], layout: 'auto', pinnedId: null, activeSpeakerId: null })).toBeNull();
  });

  it('follows the speaker in speaker view, and starts with the first person', () => {
    expect(chooseFocus({ tiles, layout: 'speaker', pinnedId: null, activeSpeakerId: 'bob' })).toBe(bob.id);
    expect(chooseFocus({ tiles, layout: 'speaker', pinnedId: null, activeSpeakerId: null })).toBe(ann.id);
    expect(chooseFocus({ tiles: [me], layout: 'speaker', pinnedId: null, activeSpeakerId: null })).toBeNull();
  });

  it('prefers a pinned tile to everything else while it exists', () => {
    expect(chooseFocus({ tiles: [screen, ...tiles], layout: 'grid', pinnedId: ann.id, activeSpeakerId: null })).toBe(
      ann.id,
    );
    expect(chooseFocus({ tiles, layout: 'grid', pinnedId: 'gone', activeSpeakerId: null })).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { RoomHistory } from './room-history.ts';

describe('RoomHistory', () => {
  it('keeps the last messages, oldest first', () => {
    const history = new RoomHistory({ maxMessages: 2, maxBytes: 100 });
    for (const head of ['one', 'two', 'three']) history.add(head);
    expect(history.heads()).toEqual(['two', 'three']);
  });

  it('drops the oldest when there are too many bytes, and does not keep what is too large by itself', () => {
    const history = new RoomHistory({ maxMessages: 10, maxBytes: 6 });
    for (const head of ['aa', 'bb', 'cc', '茶', 'too large']) history.add(head);
    expect(history.heads()).toEqual(['cc', '茶']);
  });
});

import { describe, expect, it } from 'vitest';
import { endReason } from './end-reason.ts';

describe('endReason', () => {
  it('offers to come back after leaving, after a stop of the server and when it was full', () => {
    for (const code of ['left', 'serverShutdown', 'roomFull', 'reconnectFailed', 'sessionReplaced']) {
      expect(endReason(code, 'giveUp').canRejoin).toBe(true);
    }
  });

  it('does not send people back who were removed or are not allowed in', () => {
    expect(endReason('removed', 'giveUp')).toEqual({ kind: 'Removed', code: 'removed', canRejoin: false });
    expect(endReason('unauthorized').canRejoin).toBe(false);
  });

  it('follows the recommended action for a code that it does not know', () => {
    expect(endReason('brandNew', 'giveUp')).toEqual({ kind: 'Failed', code: 'brandNew', canRejoin: false });
    expect(endReason('brandNew', 'rejoin').canRejoin).toBe(true);
  });
});

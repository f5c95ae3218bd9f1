import { describe, expect, it } from 'vitest';
import { endReason } from './end-reason.ts';

describe('endReason', () => {
  it('offers to come back after leaving, after a stop of the server and where an obstacle passes', () => {
    const passing = [
      'left',
      'serverShutdown',
      'roomFull',
      'roomLocked',
      'reconnectFailed',
      'sessionReplaced',
      'forbidden',
    ];
    for (const code of passing) expect(endReason(code, { action: 'giveUp' }).canRejoin).toBe(true);
  });

  it('does not send people back who were removed or are not allowed in, nor into a call that was ended', () => {
    for (const code of ['removed', 'banned', 'revoked', 'tokenExpired', 'unauthorized', 'roomClosed']) {
      expect(endReason(code, { action: 'giveUp' }).canRejoin).toBe(false);
    }
  });

  it('tells who was turned away at the door from who was removed from the call', () => {
    expect(endReason('removed').kind).toBe('Removed');
    expect(endReason('removed', { wasWaiting: true }).kind).toBe('TurnedAway');
    expect(endReason('roomClosed', { wasWaiting: true }).kind).toBe('Closed');
  });

  it('says what is wrong with the token', () => {
    const kindOf = (tokenProblem: 'missing' | 'expired' | 'otherRoom' | 'invalid') =>
      endReason('unauthorized', { tokenProblem }).kind;
    expect(kindOf('missing')).toBe('Unauthorized');
    expect(kindOf('expired')).toBe('TokenExpired');
    expect(kindOf('otherRoom')).toBe('TokenOtherRoom');
    expect(kindOf('invalid')).toBe('TokenInvalid');
  });

  it('follows the recommended action for a code that it does not know', () => {
    const unknown = endReason('brandNew', { action: 'giveUp' });
    expect(unknown).toEqual({ kind: 'Failed', code: 'brandNew', canRejoin: false });
    expect(endReason('brandNew', { action: 'rejoin' }).canRejoin).toBe(true);
  });
});

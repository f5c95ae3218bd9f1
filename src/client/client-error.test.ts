import { describe, expect, it } from 'vitest';
import { CrosspointClientError, toClientError } from './client-error.ts';

describe('CrosspointClientError', () => {
  it('has the sentence and the consequence of the server’s table', () => {
    expect(new CrosspointClientError('roomFull')).toMatchObject({
      message: 'The room has reached its number of participants.',
      consequence: 'request',
    });
    expect(new CrosspointClientError('roomClosed').consequence).toBe('session');
  });

  it('has sentences of its own, and bears codes of a newer server', () => {
    expect(new CrosspointClientError('connectionFailed').message).toBe('The server cannot be reached.');
    expect(new CrosspointClientError('somethingNew').message).toBe('The server reported somethingNew.');
  });

  it('keeps itself and wraps anything else with its cause', () => {
    const own = new CrosspointClientError('left');
    const cause = new TypeError('x');
    expect(toClientError(own, 'negotiationFailed')).toBe(own);
    expect(toClientError(cause, 'negotiationFailed')).toMatchObject({ code: 'negotiationFailed', cause });
  });
});

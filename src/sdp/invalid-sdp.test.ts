import { describe, expect, it } from 'vitest';
import { invalidSdp } from './invalid-sdp.ts';

describe('invalidSdp', () => {
  it('fails the request with a reason for programs and a sentence for people', () => {
    const error = invalidSdp('badMid', 'A section has no usable mid.');
    expect(error).toMatchObject({
      code: 'invalidSdp',
      data: { reason: 'badMid' },
      message: 'A section has no usable mid.',
    });
    expect(error.definition.consequence).toBe('request');
  });
});

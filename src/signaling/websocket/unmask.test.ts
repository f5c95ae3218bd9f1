import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unmask } from './unmask.ts';

const key = fc.uint8Array({ minLength: 4, maxLength: 4 });

it('gives the payload back at any size and place, and touches nothing beside it', () => {
  fc.assert(
    fc.property(key, fc.uint8Array({ maxLength: 400 }), fc.nat(9), fc.nat(7), (mask, payload, before, after) => {
      const masked = payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0));
      const around = (bytes: Uint8Array) =>
        Buffer.concat([Buffer.alloc(before, 7), mask, bytes, Buffer.alloc(after, 9)]);
      const bytes = around(masked);
      unmask(bytes, before, before + 4, before + 4 + payload.length);
      expect(bytes).toEqual(around(payload));
    }),
    { numRuns: 1_000 },
  );
});

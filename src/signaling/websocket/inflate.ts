import { constants, inflateRawSync } from 'node:zlib';

/** What the sender has left out at the end of a compressed message (RFC 7692, section 7.2.2). */
const flush = Buffer.of(0x00, 0x00, 0xff, 0xff);
const tooMuch = 'ERR_BUFFER_TOO_LARGE';

/** What came of a compressed message: its bytes, or what is wrong with it. */
type Inflated = Buffer | 'tooLarge' | 'corrupt';

/**
 * Inflates a message that refers to none before it. No more than `maxBytes` are ever made of it, which takes about a
 * millisecond; so it is done at once, and nothing is kept between messages.
 */
export function inflate(payload: Buffer, maxBytes: number): Inflated {
  try {
    return inflateRawSync(Buffer.concat([payload, flush]), {
      maxOutputLength: maxBytes,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === tooMuch ? 'tooLarge' : 'corrupt';
  }
}

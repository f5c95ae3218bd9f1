import { z } from 'zod';
import type { ClientOptions } from '../../../../src/client/index.ts';

/** Watches the sequence numbers of everything that a client's sockets receive. */
export interface SequenceCheck {
  WebSocket: typeof WebSocket;
  /** What was against the protocol, in words. */
  readonly faults: string[];
  /** Sessions that began: one, unless one was lost. */
  readonly sessions: number;
}

/** As far as numbers are in it. */
const receivedFrame = z.object({
  method: z.string().optional(),
  seq: z.number().default(0),
  result: z.object({ session: z.string(), resumed: z.boolean(), seq: z.number() }).optional().catch(undefined),
});

/**
 * A WebSocket class whose sockets check that events follow the join reply with the next number each, and that a resume
 * begins where what was received has ended, so that over all sockets nothing is missing and nothing comes twice.
 */
export function createSequenceCheck(encoding?: ClientOptions['encoding']): SequenceCheck {
  const faults: string[] = [];
  const seen = new Set<string>();
  let lastSeq = 0;
  const handleFrame = (data: unknown, expected: number | undefined): number | undefined => {
    const frame = data instanceof ArrayBuffer ? encoding?.decode(data) : JSON.parse(String(data));
    const { method, seq, result: joined } = receivedFrame.parse(frame);
    if (joined) {
      if (joined.resumed && joined.seq !== lastSeq)
        faults.push(`resumed at ${joined.seq}, but ${lastSeq} was the last`);
      seen.add(joined.session);
      lastSeq = joined.seq;
      return lastSeq + 1;
    }
    if (method === undefined || method === 'disconnect') return expected;
    if (seq !== expected) faults.push(`event ${seq} instead of ${expected}`);
    lastSeq = seq;
    return seq + 1;
  };
  const CheckedWebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      let expected: number | undefined;
      let given = false;
      // The client does not listen any more to a socket that it has given up, and counts nothing from it.
      const giveUp = this.close.bind(this);
      this.close = (code, reason) => {
        given = true;
        giveUp(code, reason);
      };
      this.addEventListener('message', ({ data }) => {
        if (!given) expected = handleFrame(data, expected);
      });
    }
  };
  return {
    WebSocket: CheckedWebSocket,
    faults,
    get sessions() {
      return seen.size;
    },
  };
}

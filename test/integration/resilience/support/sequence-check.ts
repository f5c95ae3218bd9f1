/** Watches the sequence numbers of everything that a client's sockets receive. */
export interface SequenceCheck {
  WebSocket: typeof WebSocket;
  /** What was against the protocol, in words. */
  readonly faults: string[];
  /** Sessions that began: one, unless one was lost. */
  readonly sessions: number;
}

/**
 * A WebSocket class whose sockets check that events follow the join reply with the next number each, and that a resume
 * begins where what was received has ended, so that over all sockets nothing is missing and nothing comes twice.
 */
export function createSequenceCheck(): SequenceCheck {
  const faults: string[] = [];
  const seen = new Set<string>();
  let lastSeq = 0;
  const handleFrame = (text: string, expected: number | undefined): number | undefined => {
    const frame = JSON.parse(text);
    if (frame.result?.session !== undefined) {
      if (frame.result.resumed && frame.result.seq !== lastSeq) {
        faults.push(`resumed at ${frame.result.seq}, but ${lastSeq} was the last`);
      }
      seen.add(frame.result.session);
      lastSeq = frame.result.seq;
      return lastSeq + 1;
    }
    if (frame.method === undefined || frame.method === 'disconnect') return expected;
    if (frame.seq !== expected) faults.push(`event ${frame.seq} instead of ${expected}`);
    lastSeq = frame.seq;
    return frame.seq + 1;
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
        if (!given) expected = handleFrame(String(data), expected);
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

import type { IncomingMessage } from 'node:http';
import { compressParameter, packedSubprotocol } from '../../protocol/encodings.ts';
import { subprotocol } from '../../protocol/envelope.ts';
import { acceptDeflate } from '../websocket/deflate-offer.ts';
import type { Refusal } from '../websocket/handshake.ts';
import { FrameEncoding } from '../wire/frame-encoding.ts';

/** What a client and the server speak over a WebSocket. */
export interface Agreement {
  readonly subprotocol: string;
  /** The value of `Sec-WebSocket-Extensions`; undefined without compression. */
  readonly extensions: string | undefined;
  /** Undefined for plain JSON in text frames. */
  readonly encoding: FrameEncoding | undefined;
}

/** One for all connections of a kind, so that an event is encoded once for all of them. */
const encodings = {
  packed: new FrameEncoding({ packed: true, compressed: false }),
  compressed: new FrameEncoding({ packed: false, compressed: true }),
  packedCompressed: new FrameEncoding({ packed: true, compressed: true }),
};

const spoken = [subprotocol, packedSubprotocol];

/** Chooses the subprotocol, and compression for those who ask for it; or says why neither will do. */
export function negotiate(request: IncomingMessage): Agreement | Refusal {
  const chosen = chooseSubprotocol(request.headers['sec-websocket-protocol']);
  if (chosen === undefined) return { status: 400, reason: `Ask for the subprotocol ${subprotocol}.` };
  const { 'sec-websocket-extensions': offers } = request.headers;
  if (offers === undefined || !wantsCompression(request)) {
    const encoding = chosen === packedSubprotocol ? encodings.packed : undefined;
    return { subprotocol: chosen, extensions: undefined, encoding };
  }
  const extensions = acceptDeflate(offers);
  if (extensions === undefined) return { status: 400, reason: 'Nothing that Sec-WebSocket-Extensions offers will do.' };
  const encoding = chosen === packedSubprotocol ? encodings.packedCompressed : encodings.compressed;
  return { subprotocol: chosen, extensions, encoding };
}

/**
 * The first one offered that the server speaks; the client's order is its preference (RFC 6455, section 1.9). The name is
 * ours: one cut out of the request would keep the request's header for as long as the connection lives.
 */
function chooseSubprotocol(offered = ''): string | undefined {
  for (const name of offered.split(',')) {
    const index = spoken.indexOf(name.trim());
    if (index >= 0) return spoken[index];
  }
  return undefined;
}

function wantsCompression({ url = '' }: IncomingMessage): boolean {
  const query = url.indexOf('?');
  return query >= 0 && new URLSearchParams(url.slice(query)).get(compressParameter) === '1';
}

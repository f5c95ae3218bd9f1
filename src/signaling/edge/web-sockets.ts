import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type PerMessageDeflateOptions, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { compressParameter, packedSubprotocol } from '../../protocol/encodings.ts';
import { subprotocol } from '../../protocol/envelope.ts';
import { type SignalingLimits, wireLimits } from '../../shared/limits.ts';
import { FrameEncoding } from '../wire/frame-encoding.ts';

/** Called with a WebSocket and what its client has asked for; plain JSON when that is undefined. */
type Accept = (webSocket: WebSocket, encoding: FrameEncoding | undefined) => void;

/** One for all connections of a kind, so that an event is encoded once for all of them. */
const encodings = {
  packed: new FrameEncoding({ packed: true, compressed: false }),
  compressed: new FrameEncoding({ packed: false, compressed: true }),
  packedCompressed: new FrameEncoding({ packed: true, compressed: true }),
};

/**
 * No context is taken over in either direction: the server keeps nothing of what it has sent, and an inflater that waits
 * for the next message holds nothing of the last. A client that asks for a smaller window than ours is refused.
 */
const deflateOptions: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: wireLimits.compressWindowBits,
  concurrencyLimit: wireLimits.concurrentInflations,
  zlibInflateOptions: { chunkSize: wireLimits.inflateChunkBytes },
};

/** Makes WebSockets of upgrade requests: negotiates the subprotocol, and compression with those who ask for it. */
export class WebSockets {
  readonly #plain: WebSocketServer;
  readonly #compressing: WebSocketServer;

  constructor({ maxFrameBytes, closeTimeoutMs }: Pick<SignalingLimits, 'maxFrameBytes' | 'closeTimeoutMs'>) {
    // `closeTimeout` is newer than the type declarations of ws.
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
      closeTimeout: closeTimeoutMs,
      handleProtocols: (offered) => chooseSubprotocol(offered) ?? false,
    };
    this.#plain = new WebSocketServer(options);
    this.#compressing = new WebSocketServer({ ...options, perMessageDeflate: deflateOptions });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, accept: Accept): void {
    const server = wantsCompression(request) ? this.#compressing : this.#plain;
    server.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, encodingOf(webSocket)));
  }

  close(): void {
    this.#plain.close();
    this.#compressing.close();
  }
}

const spoken = [subprotocol, packedSubprotocol];

/**
 * The first one offered that the server speaks; the client's order is its preference (RFC 6455, section 1.9). The name is
 * ours: every WebSocket keeps it, and one cut out of the request would keep the request's header too.
 */
export function chooseSubprotocol(offered: Iterable<string>): string | undefined {
  for (const name of offered) if (spoken.includes(name)) return spoken[spoken.indexOf(name)];
  return undefined;
}

function wantsCompression({ url = '' }: IncomingMessage): boolean {
  const query = url.indexOf('?');
  return query >= 0 && new URLSearchParams(url.slice(query)).get(compressParameter) === '1';
}

function encodingOf({ protocol, extensions }: WebSocket): FrameEncoding | undefined {
  const isCompressed = extensions !== '';
  if (protocol === packedSubprotocol) return isCompressed ? encodings.packedCompressed : encodings.packed;
  return isCompressed ? encodings.compressed : undefined;
}

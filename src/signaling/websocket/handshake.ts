import { createHash } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** From RFC 6455, section 1.3. */
const keySuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Sixteen bytes in base64. */
const keyPattern = /^[+/0-9A-Za-z]{22}==$/;
const version = '13';

/** Why an upgrade is refused. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  /** More lines of the header. */
  readonly headers?: readonly string[];
}

/** What is wrong with an upgrade request, by RFC 6455, section 4.2.1; undefined when it is in order. */
export function refuseHandshake({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== 'GET') return { status: 405, reason: 'A WebSocket begins with GET.', headers: ['Allow: GET'] };
  if (headers.upgrade?.toLowerCase() !== 'websocket') return { status: 400, reason: 'Upgrade to websocket, or not.' };
  if (headers['sec-websocket-version'] !== version) {
    const reason = `The WebSocket version is ${version}.`;
    return { status: 426, reason, headers: [`Sec-WebSocket-Version: ${version}`] };
  }
  if (!keyPattern.test(headers['sec-websocket-key'] ?? '')) {
    return { status: 400, reason: 'Sec-WebSocket-Key is not 16 bytes in base64.' };
  }
  return undefined;
}

interface Agreed {
  readonly subprotocol: string;
  /** The value of `Sec-WebSocket-Extensions`, if there are any. */
  readonly extensions: string | undefined;
}

/** Answers an upgrade request that is in order (RFC 6455, section 4.2.2). */
export function acceptHandshake(
  { headers }: IncomingMessage,
  socket: Duplex,
  { subprotocol, extensions }: Agreed,
): void {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${keySuffix}`).digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Answers an upgrade request with an HTTP error, and closes. */
export function refuseUpgrade(socket: Duplex, { status, reason, headers = [] }: Refusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(reason)}`,
    ...headers,
  ];
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${reason}`);
}

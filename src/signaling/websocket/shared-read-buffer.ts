import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** What Node would allocate for every read. */
const bufferBytes = 65_536;
const sharedBuffer = Buffer.allocUnsafeSlow(bufferBytes);

/** Gets what a socket has read: the first `length` bytes, which hold only during the call. */
type Take = (bytes: Buffer, length: number) => void;

/** Node's own, of which `onread` of `net.connect` is made; the keys are symbols that it does not export. */
interface ReadingSocket {
  [key: symbol]: unknown;
  readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null;
}

/**
 * Has a socket read into one piece of memory that all sockets share, as `onread` of `net.connect` does it. Node offers that
 * only for connections that a program opens itself, not for those that it accepts, although every read costs an allocation
 * of 64 KiB and a way through the stream otherwise: a twentieth of what a relayed message costs. Returns whether that was
 * possible; it is not with TLS, nor where Node has changed. What the stream has read before still comes as `data`.
 */
export function readIntoSharedBuffer(socket: Duplex, take: Take): boolean {
  if (!(socket instanceof Socket) || socket instanceof TLSSocket) return false;
  // What is missing is found out below.
  const reading = socket as unknown as ReadingSocket;
  const keys = Object.getOwnPropertySymbols(reading);
  const bufferKey = keys.find(({ description }) => description === 'kBuffer');
  const callbackKey = keys.find(({ description }) => description === 'kBufferCb');
  if (!bufferKey || !callbackKey || !reading._handle?.useUserBuffer) return false;
  reading[bufferKey] = sharedBuffer;
  reading[callbackKey] = (length: number) => take(sharedBuffer, length);
  reading._handle.useUserBuffer(sharedBuffer);
  return true;
}

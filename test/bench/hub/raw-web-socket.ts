import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const textOpcode = 0x1;
const pingOpcode = 0x9;
const pongOpcode = 0xa;
const maskBytes = 4;
const headEnd = '\r\n\r\n';

/** What all sockets read into, one after the other. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/** Gets a message: the bytes from one offset to another, which hold only during the call. */
export type OnText = (bytes: Buffer, from: number, to: number) => void;

/**
 * A WebSocket client of the least possible cost, so that one generator process can saturate every hub: it splits frames
 * and looks at their first bytes, but does not parse them, and neither reading nor splitting allocates anything. Frames are
 * masked with zeros, which leaves their text as it is; servers cannot tell and do the same work.
 */
export class RawWebSocket {
  readonly #socket: Socket;
  readonly #onText: OnText;
  #rest: Buffer | undefined;
  #open: (() => void) | undefined;

  private constructor(url: URL, onText: OnText) {
    this.#onText = onText;
    const callback = (length: number) => {
      this.#receive(length);
      return true;
    };
    const onread = { buffer: readBuffer, callback };
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true, onread });
  }

  /** Resolves when the upgrade is done. */
  static connect(address: string, subprotocol: string | undefined, onText: OnText): Promise<RawWebSocket> {
    const url = new URL(address);
    const client = new RawWebSocket(url, onText);
    return new Promise((resolve, reject) => {
      client.#open = () => resolve(client);
      client.#socket.once('error', reject);
      client.#socket.once('connect', () => client.#socket.write(upgradeRequest(url, subprotocol)));
    });
  }

  send(text: string): void {
    this.#socket.write(encodeFrame(textOpcode, text));
  }

  /** Holds frames back until `uncork`, to send them in one piece. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(length: number): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest) {
      const joined = Buffer.concat([rest, readBuffer.subarray(0, length)]);
      this.#take(joined, joined.length);
    } else {
      this.#take(readBuffer, length);
    }
  }

  #take(bytes: Buffer, end: number): void {
    const from = this.#open ? this.#readHandshake(bytes, end) : 0;
    const used = this.#open ? 0 : this.#readFrames(bytes, from, end);
    if (used < end) this.#rest = Buffer.from(bytes.subarray(used, end));
  }

  /** Returns the offset after it, once it is complete. */
  #readHandshake(bytes: Buffer, end: number): number {
    const head = bytes.toString('latin1', 0, end);
    const length = head.indexOf(headEnd);
    if (length < 0) return 0;
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(head.slice(0, length));
    this.#open?.();
    this.#open = undefined;
    return length + headEnd.length;
  }

  /** Returns the offset after the last complete frame. */
  #readFrames(bytes: Buffer, from: number, end: number): number {
    let offset = from;
    while (offset + 2 <= end) {
      let length = (bytes[offset + 1] ?? 0) & 0x7f;
      let start = offset + 2;
      if (length === 126) {
        if (start + 2 > end) break;
        length = bytes.readUInt16BE(start);
        start += 2;
      } else if (length === 127) {
        if (start + 8 > end) break;
        length = Number(bytes.readBigUInt64BE(start));
        start += 8;
      }
      if (start + length > end) break;
      this.#handleFrame((bytes[offset] ?? 0) & 0x0f, bytes, start, start + length);
      offset = start + length;
    }
    return offset;
  }

  #handleFrame(opcode: number, bytes: Buffer, from: number, to: number): void {
    if (opcode === textOpcode) this.#onText(bytes, from, to);
    if (opcode === pingOpcode) this.#socket.write(encodeFrame(pongOpcode, bytes.toString('latin1', from, to)));
  }
}

function upgradeRequest(url: URL, subprotocol: string | undefined): string {
  return [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    '\r\n',
  ].join('\r\n');
}

/** All that is sent is ASCII. */
function encodeFrame(opcode: number, text: string): Buffer {
  const { length } = text;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + maskBytes + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.fill(0, 2 + extended, 2 + extended + maskBytes);
  frame.write(text, 2 + extended + maskBytes, 'latin1');
  return frame;
}

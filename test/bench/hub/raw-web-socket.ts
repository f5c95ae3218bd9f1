import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const textOpcode = 0x1;
const pingOpcode = 0x9;
const pongOpcode = 0xa;

/**
 * A WebSocket client of the least possible cost, so that one generator process can saturate every hub: it splits frames
 * and looks at their first bytes, but does not parse them. Frames are masked with zeros, which leaves their text as it
 * is; servers cannot tell and do the same work.
 */
export class RawWebSocket {
  readonly #socket: Socket;
  readonly #onText: (payload: Buffer) => void;
  #rest: Buffer | undefined;
  #open: (() => void) | undefined;

  private constructor(url: URL, onText: (payload: Buffer) => void) {
    this.#onText = onText;
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  }

  /** Resolves when the upgrade is done. */
  static connect(
    address: string,
    subprotocol: string | undefined,
    onText: (payload: Buffer) => void,
  ): Promise<RawWebSocket> {
    const url = new URL(address);
    const client = new RawWebSocket(url, onText);
    return new Promise((resolve, reject) => {
      client.#open = () => resolve(client);
      client.#socket.once('error', reject);
      client.#socket.once('connect', () => client.#socket.write(upgradeRequest(url, subprotocol)));
      client.#socket.on('data', (bytes) => client.#receive(bytes));
    });
  }

  send(text: string): void {
    this.#socket.write(encodeFrame(textOpcode, Buffer.from(text)));
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

  #receive(bytes: Buffer): void {
    let data = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    if (this.#open) {
      const end = data.indexOf('\r\n\r\n');
      if (end >= 0) {
        if (!data.toString('latin1', 0, 12).endsWith('101')) throw new Error(data.toString('latin1', 0, end));
        this.#open();
        this.#open = undefined;
        data = data.subarray(end + 4);
      }
    }
    this.#rest = this.#open ? data : this.#readFrames(data);
  }

  /** Returns what is left of an incomplete frame. */
  #readFrames(data: Buffer): Buffer | undefined {
    let offset = 0;
    while (offset + 2 <= data.length) {
      let length = (data[offset + 1] ?? 0) & 0x7f;
      let start = offset + 2;
      if (length === 126) {
        if (start + 2 > data.length) break;
        length = data.readUInt16BE(start);
        start += 2;
      } else if (length === 127) {
        if (start + 8 > data.length) break;
        length = Number(data.readBigUInt64BE(start));
        start += 8;
      }
      if (start + length > data.length) break;
      this.#handleFrame((data[offset] ?? 0) & 0x0f, data.subarray(start, start + length));
      offset = start + length;
    }
    return offset < data.length ? Buffer.from(data.subarray(offset)) : undefined;
  }

  #handleFrame(opcode: number, payload: Buffer): void {
    if (opcode === textOpcode) this.#onText(payload);
    if (opcode === pingOpcode) this.#socket.write(encodeFrame(pongOpcode, payload));
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

function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const extended = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + extended + 4 + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? payload.length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(payload.length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(payload.length), 2);
  payload.copy(frame, 2 + extended + 4);
  return frame;
}

import type { Dialect } from './dialects.ts';
import { RawWebSocket } from './raw-web-socket.ts';

/** A reply says within so many bytes whether it is an error. */
const errorWithin = 48;

/** One participant of the generator, in whatever dialect its hub speaks. */
export class Member {
  readonly #dialect: Dialect;
  #socket: RawWebSocket | undefined;
  #nextId = 1;
  #greetings = 0;
  #onGreeted: (() => void) | undefined;
  /** Replies come in the order of the requests that wait for one. */
  readonly #waiting: ((text: string) => void)[] = [];
  #wantsText = false;
  id = '';
  readonly room: string;
  /** Called for every message or offer that arrives. */
  onDelivery: (() => void) | undefined;

  constructor(dialect: Dialect, room: string) {
    this.#dialect = dialect;
    this.room = room;
  }

  async connect(origin: string): Promise<void> {
    const { path, subprotocol, greeting, greetingReplies = 0 } = this.#dialect;
    const greeted = new Promise<void>((resolve) => {
      this.#onGreeted = resolve;
    });
    this.#greetings = greetingReplies;
    this.#socket = await RawWebSocket.connect(`${origin}${path}`, subprotocol, (bytes, from, to) =>
      this.#receive(bytes, from, to),
    );
    if (greeting !== undefined) this.#socket.send(greeting);
    if (greetingReplies > 0) await greeted;
  }

  /** Joins and learns its own id. */
  async join(): Promise<void> {
    this.#wantsText = true;
    const reply = await this.#request(this.#dialect.join(this.#nextId++, { room: this.room, name: 'Ada Lovelace' }));
    this.#wantsText = false;
    this.id = this.#dialect.ownId(reply);
  }

  leave(onReply: () => void): void {
    this.#send(this.#dialect.leave(this.#nextId++), onReply);
  }

  /** Joins again without reading the reply. */
  rejoin(onReply: () => void): void {
    this.#send(this.#dialect.join(this.#nextId++, { room: this.room, name: 'Ada Lovelace' }), onReply);
  }

  /** Leaves and joins in one piece, without waiting for the reply in between, as a client does that changes rooms. */
  changeRooms(onReply: () => void): void {
    this.#socket?.cork();
    this.leave(() => undefined);
    this.rejoin(onReply);
    this.#socket?.uncork();
  }

  sendMessage(body: string): void {
    this.#socket?.send(this.#dialect.message(body));
  }

  sendOffer(to: string, sdp: string): void {
    this.#socket?.send(this.#dialect.offer({ to, sdp }));
  }

  close(): void {
    this.#socket?.close();
  }

  #request(text: string): Promise<string> {
    return new Promise((resolve) => this.#send(text, resolve));
  }

  #send(text: string, onReply: (text: string) => void): void {
    this.#waiting.push(onReply);
    this.#socket?.send(text);
  }

  #receive(bytes: Buffer, from: number, to: number): void {
    if (this.#greetings > 0) {
      this.#greetings--;
      if (this.#greetings === 0) this.#onGreeted?.();
      return;
    }
    const kind = this.#dialect.kindOf(bytes, from, to);
    // Where messages are acknowledged, nobody waits for that.
    if (kind === 'reply') this.#takeReply(bytes, from, to);
    else if (kind === 'delivery') this.onDelivery?.();
    else if (kind === 'ping' && this.#dialect.pong !== undefined) this.#socket?.send(this.#dialect.pong);
  }

  #takeReply(bytes: Buffer, from: number, to: number): void {
    if (this.#wantsText) {
      this.#waiting.shift()?.(bytes.toString('utf8', from, to));
      return;
    }
    const start = bytes.toString('latin1', from, Math.min(to, from + errorWithin));
    if (start.includes('"error":{')) throw new Error(bytes.toString('utf8', from, to));
    this.#waiting.shift()?.('');
  }
}

import { type Method, requests } from '../../../src/protocol/requests.ts';
import type { Random } from './random.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What sequences need to be about something: names that exist, once they are known. */
export interface Known {
  rooms: string[];
  participants: string[];
  resume: { session: string; token: string; seq: number }[];
}

const methods = Object.keys(requests) as [Method, ...Method[]];
const names = ['', 'id', 'method', 'params', 'body', 'to', '__proto__', 'constructor', 'toString', 'length'] as const;
const oddNumbers = [0, -0, -1, 1.5, 1e308, -1e-308, 2 ** 53, 4_294_967_296] as const;
const oddTexts = ['', '\u0000', '\ud800', '茶😀', '}}', '"body":1}}', '\\', '\u2028', 'null', '../..', '%00'] as const;

/** Makes messages of all degrees of wrongness. */
export class MessageMaker {
  readonly #random: Random;
  readonly #known: Known;

  constructor(random: Random, known: Known) {
    this.#random = random;
    this.#known = known;
  }

  json(depth = 4): Json {
    const random = this.#random;
    const kind = random.below(depth > 0 ? 8 : 5);
    if (kind === 0) return random.pick([null, true, false]);
    if (kind === 1) return random.pick(oddNumbers);
    if (kind === 2) return random.below(1_000);
    if (kind <= 4) return random.chance(0.5) ? random.pick(oddTexts) : 'x'.repeat(random.below(200));
    if (kind === 5) return Array.from({ length: random.below(6) }, () => this.json(depth - 1));
    return Object.fromEntries(Array.from({ length: random.below(5) }, () => [this.#name(), this.json(depth - 1)]));
  }

  /** Any JSON, and half of the time broken. */
  anyText(): string {
    const text = JSON.stringify(this.json());
    if (this.#random.chance(0.5)) return text;
    const at = this.#random.below(text.length + 1);
    return text.slice(0, at) + this.#random.pick(['', '{', '}', '"', ',', ':', '\u0000', 'e']) + text.slice(at + 1);
  }

  /** A request with good or bad parameters, in one of several spellings, now and then without an id. */
  request(id: number, { mutate }: { mutate: boolean }): string {
    const method = this.#random.pick(methods);
    let params: Json = this.#params(method);
    if (mutate) for (let count = this.#random.below(3); count >= 0; count -= 1) params = this.#mutate(params);
    const name = mutate && this.#random.chance(0.03) ? this.#name() : method;
    return this.#spell({ id, method: name, params });
  }

  #spell({ id, ...rest }: { id: number; method: string; params: Json }): string {
    const entries = Object.entries(this.#random.chance(0.15) ? rest : { id, ...rest });
    if (this.#random.chance(0.2)) entries.reverse();
    return JSON.stringify(Object.fromEntries(entries), undefined, this.#random.pick([undefined, undefined, 1]));
  }

  #mutate(params: Json): Json {
    if (typeof params !== 'object' || params === null || Array.isArray(params)) return this.json();
    const keys = Object.keys(params);
    const key = this.#random.pick([keys[this.#random.below(keys.length)] ?? 'x', ...names]);
    const { [key]: old = null, ...rest } = params;
    const kind = this.#random.below(5);
    if (kind === 0) return rest;
    if (kind === 1) return { ...rest, [key]: this.#mutate(old) };
    if (kind === 2) return { ...rest, [key]: 'x'.repeat(this.#random.below(3_000)) };
    if (kind === 3) return { ...rest, [key]: Array.from({ length: this.#random.below(300) }, () => null) };
    return { ...rest, [key]: this.json() };
  }

  #params(method: Method): { [key: string]: Json } {
    const makers: { [M in Method]: () => { [key: string]: Json } } = {
      join: () => this.#join(),
      leave: () => ({}),
      ping: () => ({}),
      update: () => ({ name: 'n', metadata: { key: 'value' } }),
      offer: () => ({ ...this.#where('publish'), sdp: this.#sdp() }),
      answer: () => ({ ...this.#where('subscribe'), negotiation: this.#random.below(3), sdp: this.#sdp() }),
      candidate: () => ({
        ...this.#where('publish'),
        candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host' },
      }),
      restartIce: () => ({ connection: this.#random.pick(['publish', 'subscribe']), fresh: this.#random.chance(0.5) }),
      mute: () => ({ track: 'track', muted: true }),
      unpublish: () => ({ track: 'track' }),
      subscribe: () => ({ tracks: [{ track: 'track', width: 640, height: 360, priority: 1 }] }),
      unsubscribe: () => ({ tracks: ['track'] }),
      message: () => ({ ...(this.#random.chance(0.5) && { to: this.#participant() }), type: 't', body: this.json() }),
      receipt: () => ({ ordinals: [this.#random.below(9)], status: this.#random.pick(['delivered', 'read']) }),
      refreshToken: () => ({ token: `person-${this.#random.below(6)}` }),
      muteOther: () => ({ participant: this.#participant(), track: 'track' }),
      remove: () => ({ participant: this.#participant() }),
      ban: () => ({ participant: this.#participant() }),
      admit: () => ({ participant: this.#participant() }),
      updateRoom: () => ({ locked: this.#random.chance(0.1), waitingRoom: this.#random.chance(0.1) }),
      endRoom: () => ({}),
    };
    return makers[method]();
  }

  #join(): { [key: string]: Json } {
    const { resume, rooms } = this.#known;
    const ticket = resume[this.#random.below(resume.length)];
    const room = rooms[this.#random.below(rooms.length)] ?? 'room';
    const token = this.#random.chance(0.4) && { token: `person-${this.#random.below(6)}` };
    return { room, name: 'n', ...token, ...(ticket && this.#random.chance(0.3) && { resume: { ...ticket } }) };
  }

  #where(connection: string): { [key: string]: Json } {
    return this.#random.chance(0.5) ? { to: this.#participant() } : { connection, tracks: [] };
  }

  #participant(): string {
    const { participants } = this.#known;
    return participants[this.#random.below(participants.length)] ?? 'nobody';
  }

  #sdp(): string {
    return `v=0\r\n${'a=x\r\n'.repeat(this.#random.below(30))}`;
  }

  #name(): string {
    return this.#random.chance(0.5) ? this.#random.pick(names) : `k${this.#random.below(9)}`;
  }
}

import { type ClientOptions, CrosspointClient } from '../../../../src/client/index.ts';
import type { Random } from '../../../fuzz/support/random.ts';
import { type SeenParticipant, seenBy } from './seen.ts';
import { createSequenceCheck, type SequenceCheck } from './sequence-check.ts';

/** How often each participant speaks, within the rate that the server grants. */
const speakEveryMs = 120;

interface Numbered {
  sender: string;
  number: number;
}

/** What one participant has to say after a storm: plain data, so that a page can hand it to the test. */
export interface TalkerReport {
  name: string;
  id: string | undefined;
  /** Sessions that began: one, unless one was lost. */
  sessions: number;
  /** What was against the protocol, in words. */
  faults: string[];
  /** Every numbered message, in the order of arrival. */
  heard: Numbered[];
  /** Numbers of the own messages whose sending the server confirmed. */
  confirmed: number[];
  /** What became of own messages otherwise, in words: nothing, since requests are repeated over the next connection. */
  failures: string[];
  reconnections: number;
  /** The others, as this client sees them. */
  seen: SeenParticipant[];
}

/** Somebody who talks and listens, in Node or in a page, and remembers what was heard. */
export class Talker {
  readonly name: string;
  readonly client: CrosspointClient;
  readonly #sequence: SequenceCheck;
  readonly #heard: Numbered[] = [];
  readonly #confirmed: number[] = [];
  readonly #failures: string[] = [];
  #reconnections = 0;
  #number = 0;
  #done: () => void = () => {};
  /** Resolves when the message `done` has come. */
  readonly done: Promise<void> = new Promise((resolve) => {
    this.#done = resolve;
  });

  constructor(name: string, options: ClientOptions) {
    this.name = name;
    this.#sequence = createSequenceCheck(options.encoding);
    const reconnect = { baseDelayMs: 20, maxDelayMs: 200 };
    this.client = new CrosspointClient({ reconnect, WebSocket: this.#sequence.WebSocket, ...options });
    this.client.on('messageReceived', ({ body }) => this.#hear(body));
    this.client.on('stateChanged', ({ status }, previous) => {
      if (status === 'reconnecting' && previous.status === 'joined') this.#reconnections += 1;
    });
  }

  /** Speaks without waiting for replies, and changes what the others see of it now and then. */
  async live({ untilMs, random }: { untilMs: number; random: Random }): Promise<void> {
    const said: Promise<void>[] = [];
    while (Date.now() < untilMs) {
      said.push(this.#speak());
      if (random.chance(0.03)) said.push(this.client.update({ metadata: { mood: String(random.below(1000)) } }));
      await new Promise((resolve) => setTimeout(resolve, speakEveryMs * (0.5 + random.next())));
    }
    await Promise.all(said);
  }

  report(): TalkerReport {
    const { participants, self } = this.client;
    return {
      ...{ name: this.name, id: self?.id, sessions: this.#sequence.sessions, faults: this.#sequence.faults },
      ...{ heard: this.#heard, confirmed: this.#confirmed, failures: this.#failures },
      reconnections: this.#reconnections,
      seen: seenBy([...participants.values()].map((other) => ({ ...other, tracks: [...other.tracks.values()] }))),
    };
  }

  /** Says the next number to everybody. */
  async #speak(): Promise<void> {
    this.#number += 1;
    const number = this.#number;
    const body: Numbered = { sender: this.name, number };
    try {
      await this.client.sendMessage({ type: 'number', body });
      this.#confirmed.push(number);
    } catch (error) {
      this.#failures.push(String(error));
    }
  }

  #hear(body: unknown): void {
    if (body === 'done') this.#done();
    if (typeof body !== 'object' || body === null || !('sender' in body) || !('number' in body)) return;
    this.#heard.push({ sender: String(body.sender), number: Number(body.number) });
  }
}

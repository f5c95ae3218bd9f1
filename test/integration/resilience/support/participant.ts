import { CrosspointClient } from '../../../../src/client/index.ts';
import type { UnrulyProxy } from '../../../support/unruly-proxy.ts';
import { createSequenceCheck, type SequenceCheck } from './sequence-check.ts';

interface Numbered {
  sender: string;
  number: number;
}

export interface Heard extends Numbered {
  /** The sender's participant id. */
  from: string;
}

/** Somebody who talks and listens over a network of their own, and remembers what was heard. */
export class Participant {
  readonly name: string;
  readonly client: CrosspointClient;
  readonly network: UnrulyProxy;
  readonly sequence: SequenceCheck;
  /** Every numbered message, in the order of arrival. */
  readonly heard: Heard[] = [];
  /** Numbers of the own messages whose sending the server confirmed. */
  readonly confirmed = new Set<number>();
  /** Own messages of which nobody can say what became of them, because the connection broke before the reply. */
  unknown = 0;
  reconnections = 0;
  #number = 0;
  #done: () => void = () => {};
  /** Resolves when the message `done` has come. */
  readonly done: Promise<void> = new Promise((resolve) => {
    this.#done = resolve;
  });

  constructor(name: string, network: UnrulyProxy) {
    this.name = name;
    this.network = network;
    this.sequence = createSequenceCheck();
    const reconnect = { baseDelayMs: 20, maxDelayMs: 200 };
    this.client = new CrosspointClient({ url: network.url, reconnect, WebSocket: this.sequence.WebSocket });
    this.client.on('messageReceived', ({ from, body }) => this.#hear(from, body));
    this.client.on('stateChanged', ({ status }, previous) => {
      if (status === 'reconnecting' && previous.status === 'joined') this.reconnections += 1;
    });
  }

  /** Says the next number to everybody. */
  async speak(): Promise<void> {
    this.#number += 1;
    const number = this.#number;
    const body: Numbered = { sender: this.name, number };
    try {
      await this.client.sendMessage({ type: 'number', body });
      this.confirmed.add(number);
    } catch {
      this.unknown += 1;
    }
  }

  #hear(from: string, body: unknown): void {
    if (body === 'done') this.#done();
    if (typeof body !== 'object' || body === null || !('sender' in body) || !('number' in body)) return;
    this.heard.push({ from, sender: String(body.sender), number: Number(body.number) });
  }
}

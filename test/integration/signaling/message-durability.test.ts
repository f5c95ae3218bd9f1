import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { CrosspointClient } from '../../../src/client/index.ts';
import { createToken } from '../../../src/signaling/auth/create-token.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';

const kills = 20;
/** Machines that do many things at a time take long to start a process twenty times. */
const patience = { timeout: 60_000 };
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const room = 'tea';

/** Servers that follow each other on one port and one mailbox file. */
class MortalServer {
  readonly #flags: string[];
  #process: ServerProcess | undefined;

  constructor(mailboxFile: string) {
    const limits = ['--limits-messages-per-second', '10000', '--limits-requests-per-second', '10000'];
    const auth = ['--auth-mode', 'token', '--auth-api-keys', `web:${secret}`];
    const mailbox = ['--messages-mailbox-file', mailboxFile, '--messages-max-mailbox-messages', '100000'];
    this.#flags = [...auth, ...limits, ...mailbox, '--media-workers', '1', '--turn-mode', 'off'];
  }

  get url(): string {
    return this.#process?.signaling ?? '';
  }

  async start(): Promise<void> {
    const port = this.#process ? ['--http-port', String(this.#process.http.port)] : [];
    this.#process = await startServerProcess([...this.#flags, ...port]);
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }
}

/** A person with the client, which finds its way back by itself. */
class Person {
  readonly client: CrosspointClient;
  readonly #identity: string;

  constructor(identity: string, url: string) {
    this.#identity = identity;
    this.client = new CrosspointClient({ url, reconnect: { baseDelayMs: 20, maxDelayMs: 100, giveUpAfterMs: 60_000 } });
  }

  async join(): Promise<void> {
    const token = () => createToken({ apiKey: 'web', secret, identity: this.#identity, room, ttlSeconds: 600 });
    await this.client.join({ room, token });
  }
}

/** Sends numbered messages, a few at a time, until it is told to stop; collects those that it was told were stored. */
class Stream {
  readonly stored: number[] = [];
  readonly #client: CrosspointClient;
  #stopped = false;
  #next = 1;

  constructor(client: CrosspointClient) {
    this.#client = client;
  }

  async run(): Promise<void> {
    while (!this.#stopped) await Promise.all([...Array.from({ length: 5 }, () => this.#send()), delay(10)]);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #send(): Promise<void> {
    const number = this.#next;
    this.#next += 1;
    const message = { toUser: 'bob', acknowledge: true, id: `m${number}`, body: number };
    const { status } = await this.#client.sendMessage(message).catch(() => ({ status: 'failed' }));
    // A duplicate was stored when it was sent first, and the connection was cut before the reply.
    if (status === 'stored' || status === 'duplicate') this.stored.push(number);
  }
}

function missing(wanted: readonly number[], given: Iterable<number>): number[] {
  const present = new Set(given);
  return wanted.filter((number) => !present.has(number));
}

const ascending = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);

it('every message that was stored reaches the application exactly once and in order, though the server is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crosspoint-durability-'));
  const server = new MortalServer(join(folder, 'mailbox.sqlite'));
  await server.start();
  const [alice, bob] = [new Person('alice', server.url), new Person('bob', server.url)];
  const received: number[] = [];
  const confirmed = new Set<number>();
  bob.client.on('messageReceived', ({ body }) => received.push(Number(body)));
  alice.client.on('receiptReceived', ({ id }) => confirmed.add(Number(id.slice(1))));
  try {
    await Promise.all([alice.join(), bob.join()]);
    const stream = new Stream(alice.client);
    const running = stream.run();
    for (let round = 0; round < kills; round += 1) {
      const before = stream.stored.length;
      const isAway = round % 3 === 2;
      if (isAway) await bob.client.leave();
      await vi.waitFor(() => expect(stream.stored.length).toBeGreaterThan(before), { ...patience, interval: 5 });
      await delay(Math.random() * 150);
      await server.kill();
      await server.start();
      if (isAway) await bob.join();
    }
    stream.stop();
    await running;
    const { stored } = stream;
    await vi.waitFor(() => expect(missing(stored, received)).toEqual([]), patience);
    await vi.waitFor(() => expect(missing(stored, confirmed)).toEqual([]), patience);
    expect(received).toEqual(ascending(new Set(received)));
    expect(stored.length).toBeGreaterThan(kills * 5);
  } finally {
    await Promise.all([alice.client.leave(), bob.client.leave()]);
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 300_000);

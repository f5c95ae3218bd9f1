import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bounds } from '../../src/protocol/bounds.ts';
import { accessClaims } from '../../src/signaling/auth/access-token.ts';
import { Doorkeeper } from '../../src/signaling/auth/doorkeeper.ts';
import { SignalingClient } from '../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../support/test-hub.ts';

/** Sequences that are tried; `CROSSPOINT_FUZZ_SEQUENCES=20000` is the long mode. */
const numRuns = Number(process.env.CROSSPOINT_FUZZ_SEQUENCES ?? 250);

let server: TestHub;
let witness: SignalingClient;

beforeAll(async () => {
  server = await startHub({
    doorkeeper: new Doorkeeper({ mode: 'open', verifier: { verify }, clockToleranceSeconds: 0 }),
    limits: { ...anyRate },
  });
  witness = await SignalingClient.join(server.url, { room: 'tea' });
});
afterAll(() => server.close());

/** Takes as many turns of the event loop as the token says. */
async function verify(token: string | undefined) {
  for (let turn = Number(token); turn > 0; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
  return accessClaims.parse({ sub: 'x', link: true, room: 'tea', exp: Math.floor(Date.now() / 1000) + 600 });
}

const asks = fc.record({
  method: fc.constantFrom('message', 'message', 'update', 'refreshToken', 'mute'),
  /** For some who are not there. */
  isWrong: fc.nat(4).map((number) => number === 0),
  turns: fc.nat(6),
});
/** With what is unanswered at a time no more than the server remembers. */
const waitAfterAsks = bounds.unansweredRequests / 2;
const back = fc.nat(waitAfterAsks - 8);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: asks.map((ask) => ({ kind: 'ask' as const, ...ask })) },
    { weight: 4, arbitrary: back.map((distance) => ({ kind: 'again' as const, distance })) },
    { weight: 1, arbitrary: back.map((distance) => ({ kind: 'other' as const, distance })) },
    { weight: 1, arbitrary: fc.constantFrom({ kind: 'cut' as const }, { kind: 'takeOver' as const }) },
  ),
  { minLength: 10, maxLength: 200 },
);
type Step = (typeof steps extends fc.Arbitrary<infer S> ? S : never) extends readonly (infer S)[] ? S : never;
type Ask = Extract<Step, { kind: 'ask' }>;

/** Plays a sequence in a session of its own and keeps what was asked and answered on its connections. */
class Player {
  /** Requests by number, as they were sent. */
  readonly texts: string[] = [];
  readonly clients: SignalingClient[] = [];
  /** Numbers asked on the present connection, with repetitions. */
  owed: number[] = [];
  /** Requests that took an id of another. */
  others = 0;
  readonly name: string;
  #me: Awaited<ReturnType<typeof SignalingClient.join>>['me'];

  private constructor(client: Awaited<ReturnType<typeof SignalingClient.join>>) {
    this.clients.push(client);
    this.#me = client.me;
    this.name = client.me.participant.id;
  }

  static async enter(): Promise<Player> {
    return new Player(await SignalingClient.join(server.url, { room: 'tea' }));
  }

  get client(): SignalingClient {
    const client = this.clients.at(-1);
    if (!client) throw new Error('Nobody is connected.');
    return client;
  }

  async play(step: Step): Promise<void> {
    if (step.kind === 'ask') this.#ask(step);
    if (step.kind === 'ask' && this.texts.length % waitAfterAsks === 0) await this.settle();
    if (step.kind === 'again') this.#repeat(this.texts.length - 1 - step.distance);
    if (step.kind === 'other') this.#takeIdOf(this.texts.length - 1 - step.distance);
    if (step.kind === 'cut') this.client.cut();
    if (step.kind === 'cut' || step.kind === 'takeOver') await this.#resume();
  }

  /** Everything that was asked on this connection has been answered. */
  async settle(): Promise<void> {
    const answered = () => repliesOf(this, this.client).filter((reply) => !isReuse(reply)).length;
    await expect.poll(answered, { interval: 2, timeout: 5_000 }).toBe(this.owed.length);
  }

  #ask({ method, isWrong, turns }: Ask): void {
    const number = this.texts.length;
    const params = {
      message: { ...(isWrong && { to: 'nobody' }), body: { number } },
      update: { metadata: { number: String(number) } },
      refreshToken: { token: String(turns) },
      mute: { track: 'track', muted: isWrong },
    }[method];
    this.texts.push(JSON.stringify({ id: `r${number}`, method, params }));
    this.#repeat(number);
  }

  #repeat(number: number): void {
    const text = this.texts[number];
    if (text === undefined) return;
    this.client.socket.send(text);
    this.owed.push(number);
  }

  #takeIdOf(number: number): void {
    if (this.texts[number] === undefined) return;
    this.others += 1;
    this.client.socket.send(JSON.stringify({ id: `r${number}`, method: 'unpublish', params: { track: 'another' } }));
  }

  /** What was unanswered at the cut is asked again. */
  async #resume(): Promise<void> {
    const { session, resumeToken: token } = this.#me;
    const owed = new Set(this.owed);
    this.clients.push(await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } }));
    this.owed = [];
    for (const number of [...owed].sort((a, b) => a - b)) this.#repeat(number);
  }
}

const repliesOf = (player: Player, client: SignalingClient) =>
  client.replies.filter(({ id }) => typeof id === 'string' && Number(id.slice(1)) < player.texts.length);
const isReuse = ({ error }: { error?: { code: string } }) => error?.code === 'requestIdReused';

/** All that the sequence has done, by number, in the order in which the room saw it. */
function effectsOf(player: Player): number[] {
  return witness.events.flatMap(({ method, params }) => {
    const { from, participant, body, metadata } = params as {
      from?: string;
      participant?: string;
      body?: { number: number };
      metadata?: { number: string };
    };
    if (method === 'message' && from === player.name) return body?.number ?? [];
    if (method === 'participantUpdated' && participant === player.name && metadata) return Number(metadata.number);
    return [];
  });
}

describe('any sequence of requests with repeated ids, cuts and takeovers', () => {
  it('carries each out once, in order, and gives each the same answer every time', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        witness.events.length = 0;
        const player = await Player.enter();
        for (const step of sequence) await player.play(step);
        const { client } = player;
        await player.settle();
        await client.request('leave', {});
        await witness.request('ping', {});

        const wanted = player.texts.flatMap((text, number) =>
          /"(message|update)"/.test(text) && !text.includes('nobody') ? [number] : [],
        );
        expect(effectsOf(player)).toEqual(wanted);

        const answers = new Map<unknown, string>();
        let reused = 0;
        for (const reply of player.clients.flatMap((each) => repliesOf(player, each))) {
          if (isReuse(reply)) reused += 1;
          else expect(answers.get(reply.id) ?? JSON.stringify(reply)).toBe(JSON.stringify(reply));
          if (!isReuse(reply)) answers.set(reply.id, JSON.stringify(reply));
        }
        expect(answers.size).toBe(player.texts.length);
        expect(reused).toBeLessThanOrEqual(player.others);
        for (const each of player.clients) each.cut();
      }),
      { numRuns },
    );
  });
});

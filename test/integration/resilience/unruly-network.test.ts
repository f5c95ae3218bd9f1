import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Random } from '../../fuzz/support/random.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';
import { UnrulyProxy } from '../../support/unruly-proxy.ts';
import { Participant } from './support/participant.ts';

/** A minute; five in the long mode. */
const durationMs = process.env.CROSSPOINT_LONG ? 300_000 : 60_000;
const seed = Number(process.env.CROSSPOINT_SEED ?? Date.now() % 1_000_000);
const names = ['Ann', 'Ben', 'Cid', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon'];
/** How often something breaks: each participant's network about every second. */
const mischiefEveryMs = 100;
/** How often each participant speaks, within the rate that the server grants. */
const speakEveryMs = 120;

async function enter(server: TestHub, name: string): Promise<Participant> {
  const network = await UnrulyProxy.start(server.url);
  const participant = new Participant(name, network);
  onTestFinished(async () => {
    await participant.client.leave();
    await network[Symbol.asyncDispose]();
  });
  await participant.client.join({ room: 'storm', name });
  return participant;
}

/** One bad thing happens to one network. */
function harm(network: UnrulyProxy, random: Random): void {
  const deed = random.below(100);
  if (deed < 35) network.cut();
  else if (deed < 55) network.halfClose(random.pick(['client', 'server']));
  else if (deed < 65) network.stall();
  else network.delay(50 + random.below(900));
}

async function rage(people: readonly Participant[], until: number): Promise<void> {
  const random = new Random(seed);
  while (Date.now() < until) {
    const victim = people[random.below(people.length)];
    if (victim) harm(victim.network, random);
    await delay(mischiefEveryMs);
  }
}

/** Speaks without waiting for replies, and changes what the others see of it now and then. */
async function live(person: Participant, until: number): Promise<void> {
  const random = new Random(seed + person.name.charCodeAt(0));
  const said: Promise<void>[] = [];
  while (Date.now() < until) {
    said.push(person.speak());
    if (random.chance(0.03)) said.push(person.client.update({ metadata: { mood: String(random.below(1000)) } }));
    await delay(speakEveryMs * (0.5 + random.next()));
  }
  await Promise.all(said);
}

const others = (list: readonly Participant[], person: Participant) => list.filter((other) => other !== person);
const joined = ({ client }: Participant) => client.state.status === 'joined';

/** What a client believes of the others, in the form in which the server tells it. */
function viewOf({ client }: Participant) {
  const people = [...client.participants.values()].map(({ id, name, metadata, state }) => ({
    id,
    name,
    metadata,
    state,
  }));
  return people.toSorted((a, b) => a.id.localeCompare(b.id));
}

describe('ten participants whose networks cut, stall, delay and half-close at random', () => {
  it(
    `lose, repeat and reorder nothing, and agree with the server in the end (seed ${seed})`,
    async () => {
      const server = await startHub({ limits: { heartbeatIntervalMs: 500, heartbeatTimeoutMs: 1_500 } });
      onTestFinished(() => server.close());
      const people: Participant[] = [];
      for (const name of names) people.push(await enter(server, name));
      const ids = people.map(({ client }) => client.self?.id);

      const until = Date.now() + durationMs;
      await Promise.all([rage(people, until), ...people.map((person) => live(person, until))]);
      await expect.poll(() => people.every(joined), { timeout: 10_000 }).toBe(true);

      // What the server sends to all comes behind everything that it has sent before.
      const observer = await SignalingClient.join(server.url, { room: 'storm', name: 'Observer' });
      await observer.request('message', { body: 'done' });
      await Promise.all(people.map(({ done }) => done));

      expect(people.map(({ client }) => client.self?.id)).toEqual(ids);
      for (const person of people) {
        expect(person.sequence.faults, person.name).toEqual([]);
        expect(person.sequence.sessions).toBe(1);
        for (const speaker of others(people, person)) expectAllOf(speaker, person);
      }
      expectOneOrder(people);

      const truth = observer.me.participants.map(({ id, name, metadata, state }) => ({ id, name, metadata, state }));
      const me = observer.me.participant.id;
      for (const person of people) {
        const own = person.client.self?.id;
        const expected = truth.filter(({ id }) => id !== own).toSorted((a, b) => a.id.localeCompare(b.id));
        expect(
          viewOf(person).filter(({ id }) => id !== me),
          person.name,
        ).toEqual(expected);
      }
      expect(server.hub.counts()).toMatchObject({ sessions: names.length + 1, waitingSessions: 0, rooms: 1 });

      const sum = (count: (person: Participant) => number) =>
        people.reduce((total, person) => total + count(person), 0);
      const breaks = sum(({ reconnections }) => reconnections);
      console.log(
        `${breaks} reconnections; ${sum(({ confirmed }) => confirmed.size)} messages confirmed, ` +
          `${sum(({ unknown }) => unknown)} of unknown outcome, ${sum(({ heard }) => heard.length)} heard`,
      );
      expect(breaks).toBeGreaterThan(durationMs / 1_000);
    },
    durationMs + 60_000,
  );
});

/** What the server confirmed has come; everything came once, and in the order in which it was said. */
function expectAllOf(speaker: Participant, listener: Participant): void {
  const numbers = listener.heard.filter(({ sender }) => sender === speaker.name).map(({ number }) => number);
  const label = `${speaker.name} as heard by ${listener.name}`;
  expect(numbers, label).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  const missing = [...speaker.confirmed].filter((number) => !numbers.includes(number));
  expect(missing, label).toEqual([]);
}

/** Of what neither of them said, any two have heard the same in the same order, also where the sender knows nothing. */
function expectOneOrder(people: readonly Participant[]): void {
  const [first, ...rest] = people;
  if (!first) return;
  for (const other of rest) {
    const strangers = ({ heard }: Participant) =>
      heard
        .filter(({ sender }) => sender !== first.name && sender !== other.name)
        .map(({ sender, number }) => `${sender} ${number}`);
    expect(strangers(other), `${first.name} and ${other.name}`).toEqual(strangers(first));
  }
}

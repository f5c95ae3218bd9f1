import { describe, expect, it, onTestFinished } from 'vitest';
import { msgpackEncoding } from '../../../src/client/msgpack.ts';
import { Random } from '../../fuzz/support/random.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';
import { UnrulyProxy } from '../../support/unruly-proxy.ts';
import { expectAgreement, expectNothingLost, summaryOf } from './support/judge.ts';
import { rage } from './support/rage.ts';
import { Talker } from './support/talker.ts';

/** A minute; five in the long mode. */
const durationMs = process.env.CROSSPOINT_LONG ? 300_000 : 60_000;
const seed = Number(process.env.CROSSPOINT_SEED ?? Date.now() % 1_000_000);
const names = ['Ann', 'Ben', 'Cid', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon'];

/** The participants take turns in how they write frames. */
const manners = [{}, { compress: true }, { encoding: msgpackEncoding }, { encoding: msgpackEncoding, compress: true }];

interface Participant {
  talker: Talker;
  network: UnrulyProxy;
}

async function enter(server: TestHub, index: number): Promise<Participant> {
  const name = names[index] ?? '';
  const network = await UnrulyProxy.start(server.url);
  const talker = new Talker(name, { url: network.url, ...manners[index % manners.length] });
  onTestFinished(async () => {
    await talker.client.leave();
    await network[Symbol.asyncDispose]();
  });
  await talker.client.join({ room: 'storm', name });
  return { talker, network };
}

const joined = ({ client }: Talker) => client.state.status === 'joined';

describe('ten participants whose networks cut, stall, delay and half-close at random', () => {
  it(
    `lose, repeat and reorder nothing, and agree with the server in the end (seed ${seed})`,
    async () => {
      const server = await startHub({ limits: { heartbeatIntervalMs: 500, heartbeatTimeoutMs: 1_500 } });
      onTestFinished(() => server.close());
      const people: Participant[] = [];
      for (const index of names.keys()) people.push(await enter(server, index));
      const talkers = people.map(({ talker }) => talker);
      const ids = talkers.map(({ client }) => client.self?.id);

      const untilMs = Date.now() + durationMs;
      const networks = people.map(({ network }) => network);
      const lives = talkers.map((talker, index) => talker.live({ untilMs, random: new Random(seed + 1 + index) }));
      await Promise.all([rage(networks, { untilMs, random: new Random(seed) }), ...lives]);
      await expect.poll(() => talkers.every(joined), { timeout: 10_000 }).toBe(true);

      // What the server sends to all comes behind everything that it has sent before.
      const observer = await SignalingClient.join(server.url, { room: 'storm', name: 'Observer' });
      await observer.request('message', { body: 'done' });
      await Promise.all(talkers.map(({ done }) => done));

      const reports = talkers.map((talker) => talker.report());
      expect(reports.map(({ id }) => id)).toEqual(ids);
      expectNothingLost(reports);
      const { participant: me, participants: truth } = observer.me;
      expectAgreement(reports, { truth, observer: me.id });
      expect(server.hub.counts()).toMatchObject({ sessions: names.length + 1, waitingSessions: 0, rooms: 1 });

      const { reconnections, text } = summaryOf(reports);
      console.log(text);
      expect(reconnections).toBeGreaterThan(durationMs / 1_000);
    },
    durationMs + 60_000,
  );
});

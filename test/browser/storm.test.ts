import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { msgpackEncoding } from '../../src/client/msgpack.ts';
import { Random } from '../fuzz/support/random.ts';
import { serveClientPage } from '../integration/client/support/client-page.ts';
import { expectAgreement, expectNothingLost, summaryOf } from '../integration/resilience/support/judge.ts';
import { rage } from '../integration/resilience/support/rage.ts';
import { seenBy } from '../integration/resilience/support/seen.ts';
import { Talker } from '../integration/resilience/support/talker.ts';
import { launchChromium, type TestBrowser, type TestPage } from '../support/browsers.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { SignalingClient } from '../support/signaling-client.ts';
import { UnrulyProxy } from '../support/unruly-proxy.ts';
import { stormPageScript, type TabReport } from './support/storm-page.ts';

/** A minute; five in the long mode. */
const durationMs = process.env.CROSSPOINT_LONG ? 300_000 : 60_000;
const seed = Number(process.env.CROSSPOINT_SEED ?? Date.now() % 1_000_000);
const tabNames = ['Ada', 'Bo'];
const talkerNames = ['Cid', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon'];
/** The longest time without a new picture or sound; what storms outside it is the signaling, which carries neither. */
const maxGapMs = 3_000;
/** The shortest that may be configured, so that stalled connections are found soon. */
const heartbeat = ['--limits-heartbeat-interval-ms', '1000', '--limits-heartbeat-timeout-ms', '2000'];

let server: ServerProcess;
let site: Awaited<ReturnType<typeof serveClientPage>>;
let browser: TestBrowser;
let room = '';
let tries = 0;

beforeAll(async () => {
  server = await startServerProcess(heartbeat);
  site = await serveClientPage(stormPageScript);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
  await server?.stop();
});

async function startNetwork(): Promise<UnrulyProxy> {
  const network = await UnrulyProxy.start(server.signaling);
  onTestFinished(() => network[Symbol.asyncDispose]());
  return network;
}

async function openTab(name: string, network: UnrulyProxy): Promise<TestPage> {
  const page = await browser.openPage(site.url);
  onTestFinished(() => page.close());
  await page.evaluate((options) => window.storm.enter(options), { url: network.url, room, name });
  return page;
}

/** Tabs speak JSON, the others MessagePack. */
async function openTalker(name: string, network: UnrulyProxy): Promise<Talker> {
  const talker = new Talker(name, { url: network.url, encoding: msgpackEncoding });
  onTestFinished(() => talker.client.leave());
  await talker.client.join({ room, name });
  return talker;
}

const isJoined = ({ client }: Talker) => client.state.status === 'joined';

describe('a call of ten whose networks cut, stall, delay and half-close the signaling at random', () => {
  it(
    `keeps picture and sound, loses no event, and agrees with the server in the end (seed ${seed})`,
    async () => {
      room = `storm-${tries++}`;
      const networks = await Promise.all([...tabNames, ...talkerNames].map(startNetwork));
      const tabs: TestPage[] = [];
      const talkers: Talker[] = [];
      for (const [index, network] of networks.entries()) {
        const [tab, talker] = [tabNames[index], talkerNames[index - tabNames.length]];
        if (tab !== undefined) tabs.push(await openTab(tab, network));
        else if (talker !== undefined) talkers.push(await openTalker(talker, network));
      }
      for (const tab of tabs) await tab.waitFor(() => window.storm.report().streams.length === 2, undefined);
      const reportAll = async () => {
        const fromTabs = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.storm.report())));
        return { fromTabs, reports: [...fromTabs, ...talkers.map((talker) => talker.report())] };
      };
      const idsOf = ({ reports }: Awaited<ReturnType<typeof reportAll>>) => reports.map(({ id }) => id);
      const ids = idsOf(await reportAll());

      const untilMs = Date.now() + durationMs;
      await Promise.all([
        rage(networks, { untilMs, random: new Random(seed) }),
        ...tabs.map((tab, index) =>
          tab.evaluate((options) => window.storm.live(options), { untilMs, seed: seed + 1 + index }),
        ),
        ...talkers.map((talker, index) => talker.live({ untilMs, random: new Random(seed + 10 + index) })),
      ]);
      await expect.poll(() => talkers.every(isJoined), { timeout: 10_000 }).toBe(true);
      for (const tab of tabs) await tab.waitFor(() => window.storm.isJoined() && window.storm.receivesAll(), undefined);

      // What the server sends to all comes behind everything that it has sent before.
      const observer = await SignalingClient.join(server.signaling, { room, name: 'Observer', subscribe: 'manual' });
      await observer.request('message', { body: 'done' });
      await Promise.all([
        ...talkers.map(({ done }) => done),
        ...tabs.map((tab) => tab.evaluate(() => window.storm.done())),
      ]);

      const { fromTabs, reports } = await reportAll();
      expect(reports.map(({ id }) => id)).toEqual(ids);
      expectNothingLost(reports);
      const { participant: me, participants: truth } = observer.me;
      expectAgreement(reports, { truth, observer: me.id });
      const seen = seenBy(truth);
      for (const { id, ownTracks } of fromTabs) {
        expect(seen.find((participant) => participant.id === id)?.tracks).toEqual(ownTracks);
      }
      expectMedia(fromTabs);

      const { reconnections, text } = summaryOf(reports);
      console.log(`${text}\n${fromTabs.map(mediaSummaryOf).join('\n')}`);
      expect(reconnections).toBeGreaterThan(durationMs / 1_000);
    },
    durationMs + 90_000,
  );
});

/** Each tab saw and heard the other all the time, and whatever it did with its own tracks was done. */
function expectMedia(reports: readonly TabReport[]): void {
  for (const { name, streams, mediaFaults, changes } of reports) {
    expect(mediaFaults, name).toEqual([]);
    expect(changes, name).toBeGreaterThan(durationMs / 10_000);
    const lasting = streams.filter(({ label }) => /camera|microphone/.test(label));
    expect(lasting, name).toHaveLength((tabNames.length - 1) * 2);
    for (const { label, longestGapMs } of lasting) expect(longestGapMs, `${label} at ${name}`).toBeLessThan(maxGapMs);
  }
}

function mediaSummaryOf({ name, streams, changes, reconnections }: TabReport): string {
  const parts = streams.map(
    ({ label, decoded, longestGapMs }) => `${label} ${decoded} decoded, longest gap ${Math.round(longestGapMs)} ms`,
  );
  return `${name}: ${reconnections} reconnections, ${changes} changes of a screen; ${parts.join('; ')}`;
}

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LatencyHistogram, type LatencySummary } from '../../src/loadtest/core/histogram.ts';
import { createCertificate } from '../../src/loadtest/media/dtls/certificate.ts';
import { MediaTicker } from '../../src/loadtest/media/media-ticker.ts';
import { launchChromium } from '../support/browsers.ts';
import { names, number, readFlags, text } from './flags.ts';
import { cpuSecondsOf } from './hub/process-cost.ts';
import { joinToFirstFrame } from './media/first-frame.ts';
import { type Forwarder, joinCrosspoint, startBare, startCrosspoint } from './media/forwarders.ts';
import { createParticipant, type Shared } from './media/participant.ts';

/**
 * What media costs: the time from joining to the first decoded frame in Chromium, the server’s CPU time for a join with
 * media, and its CPU time for a forwarded packet, side by side with a mediasoup worker that has nothing around it.
 */
const flags = readFlags({
  only: names(['forwarding', 'joins', 'first-frame'], 'what to measure'),
  joins: number(20, 'joins of Chromium, for the time to the first frame'),
  rounds: number(3, 'windows of each forwarder; the cheapest counts'),
  window: number(8, 'seconds that forwarding is measured at a time'),
  participants: number(10, 'participants whose media is forwarded'),
  json: text('file for the results'),
});
const windowMs = flags.window * 1000;
const settleMs = 2_000;

function cpuSeconds(pids: number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
}

/** CPU seconds for a million forwarded packets. */
async function measureForwarding(forwarder: Forwarder, shared: Shared): Promise<number> {
  let packets = 0;
  const participants = Array.from({ length: flags.participants }, (_, index) =>
    createParticipant(shared, `${forwarder.name} ${index}`, () => packets++),
  );
  try {
    await forwarder.connect(participants);
    await Promise.all(participants.map(({ firstPacket }) => firstPacket));
    await sleep(settleMs);
    const before = { packets, cpu: cpuSeconds(forwarder.pids) };
    await sleep(windowMs);
    const forwarded = packets - before.packets;
    process.stderr.write(`${forwarder.name}: ${Math.round(forwarded / (windowMs / 1000))} packets/s\n`);
    return ((cpuSeconds(forwarder.pids) - before.cpu) / forwarded) * 1e6;
  } finally {
    for (const { publisher, subscriber } of participants) {
      publisher.close();
      subscriber.close();
    }
    await forwarder.close();
  }
}

/** Windows take turns, and the cheapest of each counts: other work on the machine only ever adds. */
async function compareForwarding(shared: Shared): Promise<{ crosspoint: number; bare: number }> {
  const best = { crosspoint: Number.POSITIVE_INFINITY, bare: Number.POSITIVE_INFINITY };
  for (let round = 0; round < flags.rounds; round++) {
    best.crosspoint = Math.min(best.crosspoint, await measureForwarding(await startCrosspoint(), shared));
    best.bare = Math.min(best.bare, await measureForwarding(await startBare(shared.certificate.fingerprint), shared));
  }
  return best;
}

const mediaJoins = 100;
const concurrentJoins = 4;

/** Joins a CPU-second, of the server and its worker: join, publish two tracks, receive two, first packet, leave. */
async function measureJoins(shared: Shared): Promise<number> {
  const server = await startCrosspoint();
  const visit = async (room: string, index: number): Promise<void> => {
    const participant = createParticipant(shared, `join ${index}`, () => undefined);
    const peer = await joinCrosspoint(server.origin, room, participant);
    await participant.firstPacket;
    await peer.leave();
    participant.publisher.close();
    participant.subscriber.close();
  };
  const hosts = await Promise.all(
    Array.from({ length: concurrentJoins }, async (_, room) => {
      const host = createParticipant(shared, `host ${room}`, () => undefined);
      return { host, peer: await joinCrosspoint(server.origin, `room ${room}`, host) };
    }),
  );
  // The first visits load code.
  await Promise.all(hosts.map((_, room) => visit(`room ${room}`, -1)));
  const before = cpuSeconds(server.pids);
  const visits = async (room: number): Promise<void> => {
    for (let index = 0; index < mediaJoins / concurrentJoins; index++) await visit(`room ${room}`, index);
  };
  await Promise.all(hosts.map((_, room) => visits(room)));
  const used = cpuSeconds(server.pids) - before;
  for (const { host, peer } of hosts) {
    peer.cut();
    host.publisher.close();
    host.subscriber.close();
  }
  await server.close();
  return mediaJoins / used;
}

async function measureFirstFrame(shared: Shared): Promise<LatencySummary> {
  const server = await startCrosspoint();
  const host = createParticipant(shared, 'host', () => undefined);
  const peer = await joinCrosspoint(server.origin, 'frames', host);
  const histogram = new LatencyHistogram();
  const browser = await launchChromium();
  try {
    const page = await browser.openPage(`${server.origin}/healthz`);
    const signaling = `${server.origin.replace('http', 'ws')}/signaling`;
    await joinToFirstFrame(page, signaling, 'frames');
    for (let join = 0; join < flags.joins; join++) {
      histogram.record(await joinToFirstFrame(page, signaling, 'frames'));
    }
  } finally {
    await browser.close();
    peer.cut();
    host.publisher.close();
    host.subscriber.close();
    await server.close();
  }
  return histogram.summary();
}

const shared = { certificate: await createCertificate(), ticker: new MediaTicker() };
const results: Record<string, unknown> = {};

if (flags.only.includes('forwarding')) {
  const { crosspoint, bare } = await compareForwarding(shared);
  results.forwarding = { crosspoint, bare };
  const percent = (crosspoint / bare - 1) * 100;
  const above = `${Math.abs(percent).toFixed(1)}% ${percent < 0 ? 'less' : 'more'}`;
  console.log(
    `CPU per forwarded packet: Crosspoint ${crosspoint.toFixed(2)} µs, bare mediasoup ${bare.toFixed(2)} µs (${above})`,
  );
}
if (flags.only.includes('joins')) {
  const perSecond = await measureJoins(shared);
  results.joinsPerCpuSecond = perSecond;
  console.log(`Joins with media per CPU-second of server and worker: ${perSecond.toFixed(0)}`);
}
if (flags.only.includes('first-frame')) {
  const { p50, p95, count } = await measureFirstFrame(shared);
  results.firstFrame = { p50, p95, count };
  console.log(
    `Join to first decoded video frame in Chromium, ${count} joins: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
  );
}
if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(results, null, 2));

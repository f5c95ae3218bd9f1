import { setTimeout as delay } from 'node:timers/promises';
import { number, readFlags, text } from './flags.ts';
import { type Contestant, startContestants } from './turn/contestants.ts';
import { type Flow, openFlow } from './turn/flow.ts';
import { type Measurement, measure } from './turn/measure.ts';

/**
 * Relays 160-byte payloads through every contestant, one after the other in short windows, round after round, so that a
 * busy moment of the machine meets them all. The best window of each counts: what disturbs only ever makes it worse.
 */
const flags = readFlags({
  only: text('servers with this in their name, as a regular expression (all)'),
  rounds: number(8, 'windows of each server and direction; the best counts'),
  'window-ms': number(600, 'length of a window, in ms'),
});

interface Entry {
  readonly contestant: Contestant;
  readonly flows: readonly Flow[];
  readonly up: Measurement[];
  readonly down: Measurement[];
}

async function enter(contestant: Contestant): Promise<Entry> {
  const flows: Flow[] = [];
  for (let count = 0; count < contestant.flows; count += 1) flows.push(await openFlow(contestant));
  return { contestant, flows, up: [], down: [] };
}

async function run(entries: readonly Entry[], rounds: number, windowMs: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const { contestant, flows, up, down } of entries) {
      for (const [direction, results] of [
        ['up', up],
        ['down', down],
      ] as const) {
        results.push(
          measure(
            flows.map((flow) => flow[direction]),
            contestant.pid,
            windowMs,
          ),
        );
        // Lets the server work off what is queued, and this process read what is left at the sinks.
        await delay(150);
      }
    }
  }
}

function best(results: readonly Measurement[]): Measurement {
  return {
    packetsPerSecond: Math.max(...results.map(({ packetsPerSecond }) => packetsPerSecond)),
    cpuSecondsPerMillion: Math.min(...results.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion)),
  };
}

function table(entries: readonly Entry[]): string {
  const results = entries.map(({ contestant, up, down }) => ({
    name: contestant.name,
    up: best(up),
    down: best(down),
  }));
  const costOf = (name: RegExp) => results.find((result) => name.test(result.name));
  const [ceiling, coturn] = [costOf(/bare/), costOf(/coturn/)];
  const ratio = (own: Measurement, other: Measurement | undefined) =>
    other === undefined ? '-' : (own.cpuSecondsPerMillion / other.cpuSecondsPerMillion).toFixed(2);
  const rows = results.map(({ name, up, down }) => [
    name,
    ...[up, down].map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion.toFixed(1)),
    ...[up, down].map(({ packetsPerSecond }) => Math.round(packetsPerSecond).toLocaleString('en')),
    `${ratio(up, ceiling?.up)} / ${ratio(down, ceiling?.down)}`,
    `${ratio(up, coturn?.up)} / ${ratio(down, coturn?.down)}`,
  ]);
  const head = ['', 'CPU s per million, up', 'down', 'packets/s, up', 'down', 'x bare dgram', 'x coturn'];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

const contestants = await startContestants(new RegExp(flags.only ?? '', 'i'));
try {
  const entries: Entry[] = [];
  for (const contestant of contestants) entries.push(await enter(contestant));
  await run(entries, flags.rounds, flags['window-ms']);
  process.stdout.write(`${table(entries)}\n`);
  for (const { flows } of entries) for (const flow of flows) flow.close();
} finally {
  for (const contestant of contestants) await contestant.stop();
}

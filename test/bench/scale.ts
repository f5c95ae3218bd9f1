import { writeFileSync } from 'node:fs';
import { names, number, readFlags, text, toggle } from './flags.ts';
import { hubs, installPeers, type RunningHub } from './hub/hubs.ts';
import { type BusyOptions, keepBusy, printBusy } from './scale/busy-server.ts';
import { measureLinearity, printLinearity } from './scale/linearity.ts';
import { preferOn, preferSession } from './scale/quiet-core.ts';

/** Whether one process carries ten thousand connections that come and go, and whether its cost grows linearly. */
const flags = readFlags({
  only: names(['load', 'cost'], 'what to measure'),
  hubs: names(
    hubs.map(({ name }) => name),
    'whose cost by size to measure',
    ['Crosspoint'],
  ),
  connections: number(10_000, 'connections that stay open while participants come and go'),
  rate: number(500, 'joins and leaves a second'),
  seconds: number(120, 'length of the load, its ramp included'),
  long: toggle('ten minutes in place of that, for memory that has to stay flat'),
  json: text('file for the load tester’s report'),
});

async function start(wanted: string): Promise<RunningHub> {
  const hub = await hubs.find(({ name }) => name === wanted)?.start();
  if (!hub) throw new Error(`there is no hub ${wanted}`);
  preferOn(hub.pid, 'first core');
  return hub;
}

async function measureBusy(): Promise<void> {
  const seconds = flags.long ? 600 : flags.seconds;
  const options: BusyOptions = { connections: flags.connections, joinsPerSecond: flags.rate, seconds };
  const hub = await start('Crosspoint');
  try {
    const outcome = await keepBusy(hub, options);
    printBusy(outcome, options);
    if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(outcome.report));
  } finally {
    await hub.stop();
  }
}

preferSession();
if (flags.only.includes('load')) await measureBusy();
if (flags.only.includes('cost')) {
  if (flags.hubs.some((name) => name !== 'Crosspoint')) installPeers();
  printLinearity(await measureLinearity(() => Promise.all(flags.hubs.map(start))));
}

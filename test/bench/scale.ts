import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hubs, installPeers, type RunningHub } from './hub/hubs.ts';
import { type BusyOptions, keepBusy, printBusy } from './scale/busy-server.ts';
import { measureLinearity, printLinearity } from './scale/linearity.ts';
import { preferOn, preferSession } from './scale/quiet-core.ts';

/** Whether one process carries ten thousand connections that come and go, and whether its cost grows linearly. */
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    /** Whose cost to measure, by the name in the hub’s benchmark. */
    hub: { type: 'string', default: 'Crosspoint' },
    connections: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string' },
    /** Keeps the load tester’s report. */
    json: { type: 'string' },
    /** Ten minutes, for memory that has to stay flat. */
    long: { type: 'boolean', default: false },
  },
});

async function start(wanted = 'Crosspoint'): Promise<RunningHub> {
  const hub = await hubs.find(({ name }) => name === wanted)?.start();
  if (!hub) throw new Error(`there is no hub ${wanted}`);
  preferOn(hub.pid, 'first core');
  return hub;
}

async function measureBusy(): Promise<void> {
  const seconds = Number(flags.seconds ?? (flags.long ? 600 : 120));
  const options: BusyOptions = { connections: Number(flags.connections), joinsPerSecond: Number(flags.rate), seconds };
  const hub = await start();
  try {
    const outcome = await keepBusy(hub, options);
    printBusy(outcome, options);
    if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(outcome.report));
  } finally {
    await hub.stop();
  }
}

preferSession();
if (flags.only === undefined || flags.only === 'load') await measureBusy();
if (flags.only === undefined || flags.only === 'cost') {
  if (flags.hub !== 'Crosspoint') installPeers();
  printLinearity(await measureLinearity(() => start(flags.hub)));
}

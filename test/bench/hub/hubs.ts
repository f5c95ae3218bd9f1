import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startServerProcess } from '../../support/server-process.ts';
import { installPackages } from '../install-packages.ts';
import type { DialectName } from './dialects.ts';

const peersFolder = fileURLToPath(new URL('./peers', import.meta.url));

/** A hub in a process of its own. */
export interface RunningHub {
  name: string;
  dialect: DialectName;
  origin: string;
  pid: number;
  stop(): Promise<unknown>;
}

interface HubDefinition {
  name: string;
  start(): Promise<RunningHub>;
}

/** Limits are raised where the load of one generator would reach them; all checks stay on. */
const crosspointFlags = [
  ...['--turn-mode', 'off', '--media-workers', '1', '--log-level', 'error'],
  ...['--limits-max-connections-per-address', '20000', '--limits-max-participants-per-room', '10000'],
  ...['--limits-messages-per-second', '10000', '--limits-requests-per-second', '10000'],
];

async function startCrosspoint(): Promise<RunningHub> {
  const server = await startServerProcess(crosspointFlags);
  return {
    name: 'Crosspoint',
    dialect: 'crosspoint',
    origin: `ws://${server.http.host}:${server.http.port}`,
    pid: server.pid,
    stop: () => server.stop(),
  };
}

interface PeerHub {
  name: string;
  dialect: DialectName;
  command: string;
  file: string;
}

async function startPeer({ name, dialect, command, file }: PeerHub): Promise<RunningHub> {
  const child = spawn(command, [file], { cwd: peersFolder, stdio: ['pipe', 'pipe', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(Number(JSON.parse(line).port)));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  const stop = async () => child.kill('SIGKILL');
  return { name, dialect, origin: `ws://127.0.0.1:${port}`, pid, stop };
}

function bunBinary(): string {
  const [found] = globSync(`${peersFolder}/node_modules/@oven/*/bin/bun`);
  if (found === undefined) throw new Error('the bun package has no binary for this machine');
  return found;
}

const node = process.execPath;

export const reference = 'ws hub';

export const hubs: HubDefinition[] = [
  { name: 'Crosspoint', start: startCrosspoint },
  { name: reference, start: () => startPeer({ name: reference, dialect: 'plain', command: node, file: 'ws-hub.js' }) },
  {
    name: 'Socket.IO',
    start: () => startPeer({ name: 'Socket.IO', dialect: 'socketIo', command: node, file: 'socketio-hub.js' }),
  },
  {
    name: 'protoo',
    start: () => startPeer({ name: 'protoo', dialect: 'protoo', command: node, file: 'protoo-hub.js' }),
  },
  { name: 'Bun', start: () => startPeer({ name: 'Bun', dialect: 'plain', command: bunBinary(), file: 'bun-hub.js' }) },
];

/** The peers have a lock file of their own, so that nobody who does not measure downloads them. */
export function installPeers(): void {
  installPackages(peersFolder, 'hubs to compare with (about 115 MB)');
}

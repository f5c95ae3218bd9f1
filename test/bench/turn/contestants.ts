import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Contestant {
  readonly name: string;
  readonly mode: 'bare' | 'channel' | 'indication';
  readonly port: number;
  readonly pid: number;
  /** How many clients send in turn, so that threads get their share. */
  readonly flows: number;
  stop(): Promise<void>;
}

interface Launch {
  readonly name: string;
  readonly mode: Contestant['mode'];
  readonly flows: number;
  readonly command: string;
  args(port: number): string[];
  /** What its output says once it serves. */
  readonly ready: RegExp;
}

const host = '127.0.0.1';

function fileBeside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function crosspoint(name: string, threads: number, flows: number): Launch {
  const fixed = ['--user', 'bench:benchmark', '--allow-loopback-peers', '--no-tcp', '--relay-threads', String(threads)];
  const cli = fileBeside('../../../src/turn/cli.ts');
  return {
    name,
    mode: 'channel',
    flows,
    command: process.execPath,
    args: (port) => [cli, '--listening-port', String(port), '--log-level', 'error', ...fixed],
    ready: /ready/,
  };
}

const launches: readonly Launch[] = [
  {
    name: 'bare dgram relay',
    mode: 'bare',
    flows: 1,
    command: process.execPath,
    args: () => [fileBeside('./bare-relay.ts')],
    ready: /ready/,
  },
  crosspoint('Crosspoint', 0, 1),
  {
    name: 'coturn, one thread',
    mode: 'channel',
    flows: 1,
    command: 'turnserver',
    args: (port) => coturnArguments(port),
    ready: /Listener address to use/i,
  },
  {
    name: 'node-turn 0.0.6',
    mode: 'indication',
    flows: 1,
    command: process.execPath,
    args: (port) => [fileBeside('./node-turn-server.ts'), String(port)],
    ready: /ready/,
  },
  crosspoint('Crosspoint, 1 thread, 8 clients', 1, 8),
  crosspoint('Crosspoint, 2 threads, 8 clients', 2, 8),
];

function coturnArguments(port: number): string[] {
  const files = mkdtempSync(join(tmpdir(), 'bench-coturn-'));
  const listening = ['-n', '-L', host, '-p', String(port), '--no-tcp', '--no-tls', '--no-dtls', '--no-cli'];
  const users = ['--lt-cred-mech', '-u', 'bench:benchmark', '-r', 'bench', '--allow-loopback-peers'];
  const state = ['--log-file', 'stdout', '--pidfile', join(files, 'pid'), '--db', join(files, 'db')];
  return [...listening, ...users, ...state, '--relay-threads', '0'];
}

/** Starts all that can be started; what is not installed is named and left out. */
export async function startContestants(only: RegExp): Promise<Contestant[]> {
  const started: Contestant[] = [];
  for (const launch of launches.filter(({ name }) => only.test(name))) {
    try {
      started.push(await start(launch));
    } catch (error) {
      process.stderr.write(`${launch.name} is left out: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return started;
}

async function start({ name, mode, flows, command, args, ready }: Launch): Promise<Contestant> {
  const wanted = await freePort();
  const child = spawn(command, args(wanted), { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  const output = await waitFor(child, ready);
  const announced = /^listening on (\d+)$/m.exec(output)?.[1];
  const stop = async () => {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  };
  return { name, mode, flows, port: announced === undefined ? wanted : Number(announced), pid: child.pid ?? 0, stop };
}

function waitFor(child: ChildProcess, ready: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error('it did not get ready')), 10_000);
    child.once('close', () => reject(new Error(`it ended: ${output}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!ready.test(output)) return;
      clearTimeout(timer);
      resolve(output);
    });
  });
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

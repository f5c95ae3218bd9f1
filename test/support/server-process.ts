import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SERVER_NODE_FLAGS } from '../../scripts/lib/server-flags.mjs';
import { workerBin } from './worker-bin.ts';

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const startTimeoutMs = 50_000;

const readyLine = z.object({
  event: z.literal('ready'),
  pid: z.number(),
  demo: z.string(),
  signaling: z.string(),
  http: z.object({ host: z.string(), port: z.number() }),
  turn: z.array(z.object({ url: z.string() })),
  links: z.object({ guest: z.string(), host: z.string() }).optional(),
});

type ReadyLine = z.infer<typeof readyLine>;

/** A Crosspoint server in a process of its own, on free ports, as `npm start` would run it. */
export interface ServerProcess extends ReadyLine, AsyncDisposable {
  /** What the server wrote to standard error so far. */
  log(): string;
  /** Process ids of the media workers. */
  workerPids(): Promise<number[]>;
  /** Resolves with the exit code when the process has ended by itself or by a signal. */
  readonly exited: Promise<number | null>;
  /** Sends SIGTERM and resolves with the exit code; a second call does nothing. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

interface StartOptions {
  /** The program that runs Node, where that is not Node itself. */
  node?: string;
}

/** Starts the server on free loopback ports; `flags` come after the defaults and override them. */
export async function startServerProcess(
  flags: string[] = [],
  { node = process.execPath }: StartOptions = {},
): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'crosspoint-server-'));
  const defaults = [
    '--ready-json',
    '--http-port',
    '0',
    '--media-port',
    '0',
    '--turn-listening-port',
    '0',
    '--turn-tls-listening-port',
    '0',
  ];
  const child = spawn(node, [...SERVER_NODE_FLAGS, mainFile, ...defaults, '--log-level', 'info', ...flags], {
    cwd: folder,
    env: { ...environment(), MEDIASOUP_WORKER_BIN: workerBin() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ready = await readReadyLine(child, () => log);
  const exited = once(child, 'exit').then(() => child.exitCode);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    rmSync(folder, { recursive: true, force: true });
    return child.exitCode;
  };
  return {
    ...ready,
    log: () => log,
    workerPids: () => childPids(ready.pid),
    exited,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    [Symbol.asyncDispose]: async () => void (await end('SIGTERM')),
  };
}

/** What steers the tests is no setting of the server, which refuses those it does not know. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CROSSPOINT_')));
}

async function readReadyLine(child: ChildProcess, log: () => string): Promise<ReadyLine> {
  if (!child.stdout) throw new Error('The server has no standard output.');
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  try {
    for await (const line of lines) if (line.startsWith('{"event"')) return readyLine.parse(JSON.parse(line));
    throw new Error(`The server did not become ready:\n${log()}`);
  } finally {
    clearTimeout(timer);
    child.stdout.resume();
  }
}

/** Processes that this one started and whose program is a media worker. */
async function childPids(pid: number): Promise<number[]> {
  const pids: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    if (Number(rest.split(' ')[1]) === pid && name.startsWith('mediasoup')) pids.push(Number(entry));
  }
  return pids;
}

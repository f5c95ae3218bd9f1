import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { stunClass, stunMethod } from './stun/stun-type.ts';
import { codeOf, udpTransport } from './testing/turn-test-client.ts';
import { alice, connect } from './testing/turn-test-server.ts';

function startCli(args: readonly string[]): ChildProcess {
  const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
  const child = spawn(process.execPath, [cli, '--log-level', 'error', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Resolves with what was written once it matches. */
async function outputOf(child: ChildProcess, stream: 'stdout' | 'stderr', expected: RegExp): Promise<string> {
  let output = '';
  for await (const chunk of child[stream] ?? []) {
    output += String(chunk);
    if (expected.test(output)) return output;
  }
  throw new Error(`the output ended: ${output}`);
}

test('the command serves until a signal ends it', async () => {
  const child = startCli(['--listening-port', '0', '--user', `${alice.username}:${alice.password}`]);
  const output = await outputOf(child, 'stdout', /ready/);
  const port = Number(/listening on udp 127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
  const client = await connect({ address: '127.0.0.1', port });
  expect((await client.exchange(stunMethod.binding, [])).messageClass).toBe(stunClass.success);
  expect(codeOf(await client.request(stunMethod.allocate, [udpTransport]))).toBeUndefined();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
}, 20_000);

test('the command says what is wrong with its flags and ends with 1', async () => {
  const child = startCli(['--denied-peer-ip', 'nowhere']);
  const exited = once(child, 'exit');
  expect(await outputOf(child, 'stderr', /nowhere/)).toMatch(/expected an address, a network/);
  expect((await exited)[0]).toBe(1);
}, 20_000);

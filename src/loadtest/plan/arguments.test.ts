import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCommand } from './arguments.ts';
import { UsageError } from './usage-error.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function planFile(text: string): string {
  const path = join(folder, 'plan.yaml');
  writeFileSync(path, text);
  return path;
}

function problemsOf(args: string[]): string {
  try {
    parseCommand(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

test('reads a scenario’s flags together with the common ones', () => {
  const command = parseCommand([
    ...['churn', '--rate', '50', '--session', 'exp:10s', '--abrupt', '20%', '--duration', '2m', '--insecure'],
    ...['--assert', 'join.p99<200ms', '--assert', 'errors=0', '--json', 'out.json'],
  ]);
  expect(command).toMatchObject({
    kind: 'run',
    plan: {
      duration: 120_000,
      ramp: 5_000,
      insecure: true,
      assert: ['join.p99<200ms', 'errors=0'],
      scenarios: [{ type: 'churn', rate: 50, session: 'exp:10s', abrupt: 0.2, resume: 0 }],
    },
    output: { json: 'out.json' },
  });
});

test('switches media off by name', () => {
  expect(parseCommand(['media', '--no-video', '--publishers', '1'])).toMatchObject({
    plan: { scenarios: [{ type: 'media', audio: true, video: false, publishers: 1 }] },
  });
});

test('lists every bad value with its name', () => {
  const problems = problemsOf(['churn', '--rate', 'fast', '--session', 'long', '--duration', 'soon', '--assert', 'x']);
  for (const name of ['--rate: ', '--session: ', '--duration: ', '--assert: ']) expect(problems).toContain(name);
});

test.each([
  [['--rate', 'fast'], '--rate: is not a positive number: fast'],
  [['--rooms', '0'], '--rooms: is not a whole number from 1: 0'],
  [['--workers', '99'], '--workers: is not a whole number from 1 to 64: 99'],
  [['--seed', 'x'], '--seed: is not a whole number: x'],
  [['--arrivals', 'bursty'], '--arrivals: is not one of poisson, fixed: bursty'],
  [['--abrupt', '120%'], '--abrupt: is not a share such as 0.2 or 20%: 120%'],
  [['--url', 'ftp://x'], '--url: is not an address such as https://call.example.org: ftp://x'],
  [['--metrics-url', 'x'], '--metrics-url: is not an address such as http://127.0.0.1:4300/metrics: x'],
  [['--name', 'a b'], '--name: is not 1 to 32 letters, digits, - and _: a b'],
  [['--start-at', 'noon'], '--start-at: is not a time such as 2030-01-31T12:00:00Z: noon'],
  [['--assert', 'join.p99~1'], '--assert: is not of the form join.p99<200ms: join.p99~1'],
  [['--assert', 'jion.p99<1s'], '--assert: there is no figure jion.p99 (docs/load-test.md): jion.p99<1s'],
  [['--speed', '5'], 'there is no flag --speed; --help lists those there are'],
])('%j is refused with what was given and what is expected', (flags, problem) => {
  expect(problemsOf(['churn', ...flags])).toBe(problem);
});

test('takes gates on every kind of figure', () => {
  const gates = ['join.p999<1s', 'errors.rateLimited=0', 'media.loss<1%', 'server.sfu.transports.max<9', 'tool.cpu<1'];
  for (const gate of [...gates, 'leaks=0', 'participants.max>1', 'joins.achieved>1', 'bottleneck=0', 'join.p99.9<1s']) {
    expect(parseCommand(['churn', '--assert', gate]).kind).toBe('run');
  }
});

test('a load without time for what it is to measure is refused', () => {
  expect(problemsOf(['churn', '--duration', '0'])).toContain('--duration: 0µs is too short');
  expect(problemsOf(['fanout', '--duration', '5s'])).toContain('the ramp (5.00s)');
  expect(parseCommand(['hold', '--duration', '5s', '--ramp', '5s']).kind).toBe('run');
  const late = planFile('duration: 10s\nscenarios: [{ type: churn, delay: 20s }]\n');
  expect(problemsOf(['mixed', late])).toContain('duration: 10.0s is too short');
});

test.each([[['jump']], [['churn', '--speed', '5']], [['churn', 'extra']], [['mixed']], [['merge']]])(
  'refuses %j',
  (args) => {
    expect(problemsOf(args)).not.toBe('');
  },
);

test('reads several scenarios from a file, and flags win over it', () => {
  const path = planFile(
    'duration: 30s\nramp: 2s\nscenarios:\n  - {type: hold, connections: 10}\n  - {type: fanout, size: 1kB, delay: 5s}\n',
  );
  expect(parseCommand(['mixed', path, '--duration', '10s'])).toMatchObject({
    plan: {
      duration: 10_000,
      ramp: 2_000,
      scenarios: [
        { type: 'hold', connections: 10 },
        { type: 'fanout', size: 1000, delay: 5000 },
      ],
    },
  });
});

test('a misspelt key in a file is named', () => {
  expect(problemsOf(['mixed', planFile('scenarios:\n  - {type: hold, conections: 10}\n')])).toContain('conections');
  expect(problemsOf(['mixed', planFile('durration: 5s\nscenarios: [{type: hold}]\n')])).toContain('durration');
  expect(problemsOf(['mixed', planFile('- a list')])).toContain('mapping');
});

test('every scenario explains its flags', () => {
  for (const name of ['hold', 'churn', 'fanout', 'signal', 'media']) {
    const command = parseCommand([name, '--help']);
    expect(command.kind === 'help' && command.text).toContain('--duration');
  }
});

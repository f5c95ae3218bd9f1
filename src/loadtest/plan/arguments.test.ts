import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCommand, UsageError } from './arguments.ts';

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

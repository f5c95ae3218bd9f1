import { runProgram } from './lib/program.mjs';
import { SERVER_NODE_FLAGS } from './lib/server-flags.mjs';
import { StepFailure } from './lib/step-failure.mjs';
import { runChecks } from './run-checks.mjs';
import { runTests } from './run-tests.mjs';
import { installDependencies } from './setup/dependencies.mjs';
import { installRuntime } from './setup/runtime.mjs';
import { installTestPackages } from './setup/test-packages.mjs';
import { buildWebDemo } from './setup/web-demo.mjs';
import { prepareWorker } from './setup/worker.mjs';

const RUNTIME = [installDependencies, installRuntime];
const SERVER = [...RUNTIME, prepareWorker, buildWebDemo];
const INFORMATION_FLAGS = ['--help', '-h', '--print-config', '--version'];
const BENCHMARKS = ['hub', 'scale', 'turn', 'media', 'stacks'];

const program = (file) => (args) => runProgram(file, args);
const asksForInformation = (args) => args.some((argument) => INFORMATION_FLAGS.includes(argument));

/**
 * What `npm run <name>` and `npx crosspoint <name>` do: set-up steps in order, each instant when there is nothing to
 * do, then the thing itself, which returns an exit code.
 *
 * @type {Record<string, { summary: string, setUp: (args: string[]) => (() => Promise<void>)[], run: (args: string[]) => Promise<number> }>}
 */
export const commands = {
  start: {
    summary: 'start the server with the web demo (start --help lists the settings)',
    setUp: (args) => (asksForInformation(args) ? RUNTIME : SERVER),
    run: (args) => runProgram('src/main.ts', args, SERVER_NODE_FLAGS),
  },
  doctor: {
    summary: 'check this machine and say what to do about each finding',
    setUp: () => [...RUNTIME, prepareWorker],
    run: program('src/doctor/cli.ts'),
  },
  turn: { summary: 'start the STUN/TURN server by itself', setUp: () => RUNTIME, run: program('src/turn/cli.ts') },
  token: {
    summary: 'make an access token for a participant',
    setUp: () => RUNTIME,
    run: program('src/signaling/auth/token-cli.ts'),
  },
  'load-test': {
    summary: 'let headless participants join and leave, and report percentiles',
    setUp: () => RUNTIME,
    run: program('src/loadtest/cli.ts'),
  },
  check: { summary: 'format, lint, types, unused code, unit tests', setUp: () => RUNTIME, run: runChecks },
  test: {
    summary: 'check, then the tests with real workers, foreign clients and browsers',
    setUp: () => [...SERVER, installTestPackages],
    run: runTests,
  },
  bench: {
    summary: `measure: ${BENCHMARKS.join(', ')}, or all of them`,
    setUp: () => [...SERVER, installTestPackages],
    run: runBenchmarks,
  },
  docs: {
    summary: 'generate the reference documentation from the schemas',
    setUp: () => RUNTIME,
    run: program('scripts/generate-docs.ts'),
  },
};

async function runBenchmarks([name, ...args]) {
  if (name !== undefined && !BENCHMARKS.includes(name)) {
    throw new StepFailure({ what: `there is no benchmark "${name}"`, todo: [`choose from: ${BENCHMARKS.join(', ')}`] });
  }
  let worst = 0;
  for (const benchmark of name ? [name] : BENCHMARKS) {
    worst = Math.max(worst, await runProgram(`test/bench/${benchmark}.ts`, args));
  }
  return worst;
}

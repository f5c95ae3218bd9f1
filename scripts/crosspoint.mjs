#!/usr/bin/env node
// The one entry of `npm start`, `npm test` and the rest. It has no dependencies and runs on any Node >= 20, because on
// a bare checkout there is nothing else yet; what it sets up then runs on Node 24.
import { commands } from './commands.mjs';
import { StepFailure } from './lib/step-failure.mjs';

const OLDEST_NODE_MAJOR = 20;

function usage() {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return ['Usage: crosspoint <command> [flags]', '', ...lines, ''].join('\n');
}

function requireNode() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE_MAJOR) return;
  throw new StepFailure({
    what: `Node ${process.versions.node} is too old to set up Crosspoint`,
    todo: [
      `install Node ${OLDEST_NODE_MAJOR} or newer (Debian 12: apt-get install nodejs npm from backports, or nodejs.org)`,
    ],
  });
}

async function main([name, ...args]) {
  requireNode();
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(usage());
    return name === undefined ? 1 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new StepFailure({ what: `there is no command "${name}"`, todo: [usage()] });
  for (const step of command.setUp(args)) await step();
  return command.run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof StepFailure ? error.describe() : (error.stack ?? error)}\n`);
  process.exitCode = 1;
}

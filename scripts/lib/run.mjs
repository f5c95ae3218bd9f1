import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

const TAIL_LINES = 15;

/** A command that ended with a code other than 0; `tail` holds the last lines it printed. */
export class CommandFailure extends Error {
  constructor(command, code, tail) {
    super(`\`${command}\` ended with ${code}`);
    this.name = 'CommandFailure';
    this.tail = tail;
  }
}

/**
 * Runs a command quietly and returns its standard output. `onLine` sees each line as it comes, on `statusFd` if one is
 * given, else from both outputs; everything goes to `logFile` too.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, logFile?: string, statusFd?: boolean }} [options]
 * @returns {Promise<string>}
 */
export async function run(command, args, { cwd, env, onLine, logFile, statusFd = false } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe', statusFd ? 'pipe' : 'ignore'],
  });
  const log = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined;
  const output = [];
  const tail = [];
  const read = (stream, onStreamLine) =>
    createInterface({ input: stream }).on('line', (line) => {
      log?.write(`${line}\n`);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onStreamLine(line);
    });
  read(child.stdout, (line) => {
    output.push(line);
    if (!statusFd) onLine?.(line);
  });
  read(child.stderr, (line) => {
    if (!statusFd) onLine?.(line);
  });
  if (statusFd) createInterface({ input: child.stdio[3] }).on('line', (line) => onLine?.(line));

  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      tail.push(error.message);
      resolve('an error before it started');
    });
    child.once('close', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  log?.end();
  if (code !== 0) throw new CommandFailure([command, ...args].join(' '), code, tail);
  return output.join('\n');
}

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

// What a failure shows: where it began, which the last lines of npm and of compilers do not tell, and how it ended.
const ERROR_LINES = 6;
const TAIL_LINES = 6;

/** A command that ended with a code other than 0; `excerpt` holds the lines of its output that tell why. */
export class CommandFailure extends Error {
  constructor(command, code, excerpt) {
    super(`\`${command}\` ended with ${code}`);
    this.name = 'CommandFailure';
    this.excerpt = excerpt;
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
  const errors = [];
  const tail = [];
  const read = (stream, onStreamLine) =>
    createInterface({ input: stream }).on('line', (line) => {
      log?.write(`${line}\n`);
      if (errors.length < ERROR_LINES && /\berror\b.*\w/i.test(line)) errors.push(line);
      else tail.push(line);
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
  if (code !== 0) throw new CommandFailure([command, ...args].join(' '), code, [...errors, ...tail]);
  return output.join('\n');
}

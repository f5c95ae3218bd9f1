import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

const EXCERPT_LINES = 10;
const TAIL_LINES = 4;

/** What a failure shows of a command's output: from the first line that speaks of an error on, and how it ended. */
class Excerpt {
  #fromError = [];
  #tail = [];

  add(line) {
    if (line.trim() === '' || /^\s+at /.test(line)) return;
    const began = this.#fromError.length > 0 || /\b(error|failed)\b.*\w/i.test(line);
    if (began && this.#fromError.length < EXCERPT_LINES) this.#fromError.push(line);
    else if (this.#tail.push(line) > TAIL_LINES) this.#tail.shift();
  }

  get lines() {
    return [...this.#fromError, ...this.#tail];
  }
}

/** A command that ended with a code other than 0; `excerpt` holds the lines of its output that tell why. */
class CommandFailure extends Error {
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
    env: { ...(env ?? process.env), NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'pipe', statusFd ? 'pipe' : 'ignore'],
  });
  const log = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined;
  const output = [];
  const excerpt = new Excerpt();
  const read = (stream, onStreamLine) =>
    createInterface({ input: stream }).on('line', (line) => {
      log?.write(`${line}\n`);
      excerpt.add(line);
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
      excerpt.add(error.message);
      resolve('an error before it started');
    });
    child.once('close', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  log?.end();
  if (code !== 0) throw new CommandFailure([command, ...args].join(' '), code, excerpt.lines);
  return output.join('\n');
}

import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { NODE_BIN } from '../setup/runtime.mjs';
import { projectPath } from './project.mjs';

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
// Ctrl-C reaches this process from the terminal and once more from npm, milliseconds apart: that is one request.
const SAME_REQUEST_MS = 150;

/** The environment of what we run: Node 24 and the project's tools come first on PATH. */
export function programEnv(env = process.env) {
  return { ...env, PATH: [projectPath('node_modules', '.bin'), env.PATH].join(delimiter) };
}

/**
 * Runs a file of the project on Node 24 in place of this process: same terminal, signals passed on, its exit code
 * returned. It gets a process group of its own, so that the terminal's Ctrl-C reaches it once and not twice.
 *
 * @param {string} file relative to the project
 * @param {string[]} args
 * @param {string[]} nodeFlags for Node itself
 * @returns {Promise<number>}
 */
export async function runProgram(file, args, nodeFlags = []) {
  const child = spawn(NODE_BIN, [...nodeFlags, projectPath(file), ...args], {
    stdio: 'inherit',
    detached: true,
    env: programEnv(),
  });
  const stopForwarding = forwardSignals(child);
  try {
    return await exitCode(child);
  } finally {
    stopForwarding();
  }
}

/** The exit code of a child; for one that a signal ended, 128 as shells have it. */
export function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 128));
  });
}

function forwardSignals(child) {
  let lastForwardedAt = 0;
  const forward = (signal) => {
    const now = Date.now();
    if (now - lastForwardedAt < SAME_REQUEST_MS) return;
    lastForwardedAt = now;
    child.kill(signal);
  };
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
  };
}

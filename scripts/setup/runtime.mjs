import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { projectPath } from '../lib/project.mjs';
import { StepFailure } from '../lib/step-failure.mjs';
import { StepLine } from '../lib/step-line.mjs';
import { npm } from './dependencies.mjs';

const REQUIRED_MAJOR = 24;

/** The Node that runs the program: the one that the npm package `node` carries. */
export const NODE_BIN = projectPath('node_modules', 'node', 'bin', 'node');

/** Makes sure that the Node of the lock file is there; its package fetches it in an install script of its own. */
export async function installRuntime() {
  if (isInstalled()) return;
  const step = new StepLine(`Installing Node ${wantedVersion()}`);
  try {
    await npm(['rebuild', 'node', '--ignore-scripts=false']);
    requireStarts();
  } catch (error) {
    step.failed();
    throw new StepFailure({
      what: `Node ${REQUIRED_MAJOR} could not be installed into node_modules`,
      tried: [`npm rebuild node --ignore-scripts=false: ${error.message}`, ...(error.excerpt ?? [])],
      todo: ['check that the npm registry can be reached (npm ping), then run the same command again'],
    });
  }
  step.done();
}

function wantedVersion() {
  return JSON.parse(readFileSync(projectPath('node_modules', 'node', 'package.json'), 'utf8')).version;
}

function isInstalled() {
  return existsSync(NODE_BIN) && installedVersion() === wantedVersion();
}

function installedVersion() {
  const { stdout } = spawnSync(NODE_BIN, ['--version'], { encoding: 'utf8' });
  return stdout?.trim().replace(/^v/, '');
}

function requireStarts() {
  const version = installedVersion();
  if (version !== wantedVersion()) throw new Error(`${NODE_BIN} answers "${version ?? 'nothing'}" to --version`);
}

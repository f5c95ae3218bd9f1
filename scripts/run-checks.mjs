import { spawn } from 'node:child_process';
import { exitCode, programEnv } from './lib/program.mjs';
import { PROJECT_DIR, projectPath } from './lib/project.mjs';
import { formatDuration } from './lib/step-line.mjs';
import { NODE_BIN } from './setup/runtime.mjs';
import { formatTotals, runVitestProject } from './vitest-project.mjs';

const tool = (...parts) => projectPath('node_modules', ...parts);

// biome and tsc are native and use all cores by themselves, so running steps side by side gains nothing on two cores.
const STATIC_CHECKS = [
  { title: 'Format and lint', args: [tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'] },
  { title: 'Types', args: [tool('typescript', 'bin', 'tsc'), '-p', '.'] },
  { title: 'Unused code', args: [tool('knip', 'bin', 'knip.js')] },
];

/** The gate before every commit. Returns an exit code. */
export async function runChecks() {
  const { ok, totals } = await check();
  process.stdout.write(`\n${formatTotals(totals)}\n`);
  return ok ? 0 : 1;
}

/** Runs every check, also after one has failed; a failed static check counts as one failure. */
export async function check() {
  let ok = true;
  let failedChecks = 0;
  for (const step of STATIC_CHECKS) {
    if (await runStaticCheck(step)) continue;
    ok = false;
    failedChecks++;
  }
  const unit = await runVitestProject('unit');
  return { ok: ok && unit.ok, totals: { ...unit.totals, failed: unit.totals.failed + failedChecks } };
}

async function runStaticCheck({ title, args }) {
  const startedAt = Date.now();
  process.stdout.write(`\n── ${title} ──\n`);
  const child = spawn(NODE_BIN, args, { stdio: 'inherit', cwd: PROJECT_DIR, env: programEnv() });
  const ok = (await exitCode(child)) === 0;
  process.stdout.write(`${ok ? '✓' : '✗'} ${title} (${formatDuration(Date.now() - startedAt)})\n`);
  return ok;
}

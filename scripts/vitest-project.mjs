import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode, programEnv } from './lib/program.mjs';
import { PROJECT_DIR, projectPath } from './lib/project.mjs';
import { formatDuration } from './lib/step-line.mjs';
import { NODE_BIN } from './setup/runtime.mjs';

/**
 * Runs one project of vitest.config.ts and counts its tests. A run that fails without a failed test, as when a file
 * cannot be loaded, counts as one failure.
 *
 * @param {string} project
 * @returns {Promise<{ ok: boolean, totals: { passed: number, failed: number, skipped: number } }>}
 */
export async function runVitestProject(project) {
  const startedAt = Date.now();
  const directory = mkdtempSync(join(tmpdir(), 'crosspoint-test-'));
  const reportFile = join(directory, 'report.json');
  process.stdout.write(`\n── Tests: ${project} ──\n`);
  try {
    const ok = (await runVitest(project, reportFile)) === 0;
    const totals = readTotals(reportFile);
    if (!ok && totals.failed === 0) totals.failed = 1;
    process.stdout.write(`${ok ? '✓' : '✗'} Tests: ${project} (${formatDuration(Date.now() - startedAt)})\n`);
    return { ok, totals };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function runVitest(project, reportFile) {
  const vitest = projectPath('node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const args = [vitest, 'run', '--project', project, '--passWithNoTests', ...reporters];
  return exitCode(spawn(NODE_BIN, args, { stdio: 'inherit', cwd: PROJECT_DIR, env: programEnv() }));
}

function readTotals(reportFile) {
  if (!existsSync(reportFile)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The sum of the totals of several runs. */
export function addTotals(list) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of list) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

/** "12 passed, 0 failed", with the skipped only when there are any. */
export function formatTotals({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

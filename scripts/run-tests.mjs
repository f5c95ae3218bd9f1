import { formatDuration } from './lib/step-line.mjs';
import { check } from './run-checks.mjs';
import { addTotals, formatTotals, runVitestProject } from './vitest-project.mjs';

// One after another: browsers and workers that share two cores with another suite measure the other suite.
const PROJECTS = ['integration', 'foreign', 'fuzz', 'browser'];

/** Runs the checks and every suite, also after one has failed. Ends with the totals, alone on the last line. */
export async function runTests() {
  const startedAt = Date.now();
  const results = [{ name: 'check', ...(await check()) }];
  for (const name of PROJECTS) results.push({ name, ...(await runVitestProject(name)) });

  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
  process.stdout.write(`\nAll suites: ${formatDuration(Date.now() - startedAt)}\n`);
  if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`);
  process.stdout.write(`${formatTotals(addTotals(results.map(({ totals }) => totals)))}\n`);
  return failed.length === 0 ? 0 : 1;
}

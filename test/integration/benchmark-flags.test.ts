import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What is measured takes minutes; what is asked for has to be right before. */
function run(benchmark: string, ...args: string[]) {
  const file = fileURLToPath(new URL(`../bench/${benchmark}.ts`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, problem: stderr.split('\n')[0] };
}

describe('the benchmarks', () => {
  it.each(['hub', 'scale', 'turn', 'media', 'stacks'])('%s lists its flags, and refuses others', (benchmark) => {
    const help = run(benchmark, '--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toContain('--');
    const wrong = run(benchmark, '--windows', '3');
    expect([wrong.status, wrong.stdout]).toEqual([1, '']);
    expect(wrong.problem).toContain('--windows');
  });

  it.each([
    ['hub', ['--only', 'rooms of 5'], '--only fits nothing with "rooms of 5"; there are churn, rooms of 4;'],
    ['hub', ['--depths', '--only', 'idle'], '--only fits nothing with "idle"'],
    ['hub', ['--hubs', 'Crosspoint,uws'], '--hubs has no "uws"; there are Crosspoint, ws hub'],
    ['hub', ['--rounds', 'many'], '--rounds expects a number above 0, got many'],
    ['scale', ['--only', 'memory'], '--only has no "memory"; there are load, cost'],
    ['scale', ['--connections', '0'], '--connections expects a number above 0, got 0'],
  ])('%s %j says what is wrong', (benchmark, args, problem) => {
    const refused = run(benchmark, ...args);
    expect(refused.status).toBe(1);
    expect(refused.problem).toContain(problem);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'crosspoint-main-'));
  writeFileSync(join(cwd, 'bad.yaml'), 'http:\n  prot: 1\n  port: many\n');
});

afterAll(() => rmSync(cwd, { recursive: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the command line', () => {
  it('explains every setting', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--media-announced-address');
  });

  it('explains them also when the configuration is bad', () => {
    expect(run('--help', '--config', 'bad.yaml').status).toBe(0);
  });

  it('prints the effective configuration without its secrets', () => {
    const { status, stdout } = run('--print-config', '--turn-secrets', 'a-secret-of-16-characters', '--port', '1234');
    expect(status).toBe(0);
    expect(stdout).toContain('port: 1234');
    expect(stdout).toContain('********');
    expect(stdout).not.toContain('a-secret-of');
  });

  it('does not start with a bad configuration, and says all that is wrong with it', () => {
    const { status, stdout, stderr } = run('--config', 'bad.yaml');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      [
        'The configuration cannot be used:',
        '  http.prot (bad.yaml): there is no such key (did you mean http.port?)',
        '  http.port (bad.yaml): got "many", expected an integer from 0 to 65535',
        '',
      ].join('\n'),
    );
  });

  it('prints its version', () => {
    expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

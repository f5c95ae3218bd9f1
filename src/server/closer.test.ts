import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const EXIT_TIMEOUT_MS = 5_000;

/** Runs a program that hands `closable` to a Closer; the program lives until it is closed. */
async function startProgram(closable: string): Promise<ChildProcess> {
  const source = `
    const { Closer } = await import(${JSON.stringify(new URL('./closer.ts', import.meta.url).href)});
    const { createSilentLogger } = await import(${JSON.stringify(new URL('../shared/logger.ts', import.meta.url).href)});
    const life = setInterval(() => {}, 1000);
    const closer = new Closer(createSilentLogger());
    closer.watchSignals();
    const start = () => closer.handleStarted({ drain: async () => {}, ...${closable} });
    ${closable.includes('late') ? 'process.once("SIGINT", () => setImmediate(start));' : 'start();'}
    console.log('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(EXIT_TIMEOUT_MS) });
  return code;
}

describe('Closer', () => {
  it('closes on a signal, and the process ends by itself', async () => {
    const child = await startProgram('{ close: async () => clearInterval(life) }');
    child.kill('SIGTERM');
    expect(await exitCode(child)).toBe(0);
  });

  it('exits at once on a second signal, whatever closing still does', async () => {
    const child = await startProgram('{ close: () => new Promise(() => console.log("closing")) }');
    const exited = exitCode(child);
    child.kill('SIGINT');
    if (child.stdout) await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await exited).toBe(130);
  });

  it('drains on SIGTERM before it closes', async () => {
    const drain = 'drain: async () => console.log("drains")';
    const child = await startProgram(
      `{ ${drain}, close: async () => { console.log("closes"); clearInterval(life); } }`,
    );
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.kill('SIGTERM');
    expect(await exitCode(child)).toBe(0);
    expect(output).toBe('drains\ncloses\n');
  });

  it('drains no longer when a second signal comes', async () => {
    const drain = 'drain: () => { console.log("drains"); return new Promise(() => {}); }';
    const child = await startProgram(`{ ${drain}, close: async () => clearInterval(life) }`);
    child.kill('SIGTERM');
    if (child.stdout) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await exitCode(child)).toBe(0);
  });

  it('does not drain when a person at the terminal wants the end', async () => {
    const child = await startProgram('{ drain: () => new Promise(() => {}), close: async () => clearInterval(life) }');
    child.kill('SIGINT');
    expect(await exitCode(child)).toBe(0);
  });

  it('closes what starts only after the signal', async () => {
    const child = await startProgram('{ close: async () => clearInterval(life), late: true }');
    child.kill('SIGINT');
    expect(await exitCode(child)).toBe(0);
  });

  it('tells by the exit code that closing failed', async () => {
    const child = await startProgram('{ close: async () => { clearInterval(life); throw new Error("stuck"); } }');
    child.kill('SIGHUP');
    expect(await exitCode(child)).toBe(1);
  });
});

import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crosspoint-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const lock = () => ({ folder, waitingFor: 'a test' });

describe('withLock', () => {
  it('lets one work at a time', async () => {
    let busy = 0;
    let most = 0;
    const work = async () => {
      busy += 1;
      most = Math.max(most, busy);
      await sleep(20);
      busy -= 1;
    };
    await Promise.all(Array.from({ length: 3 }, () => withLock(lock(), work)));
    expect(most).toBe(1);
  });

  it('is free again after a failure', async () => {
    await expect(withLock(lock(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(lock(), async () => 'done')).toBe('done');
  });

  it('takes over what nobody has given a sign for, even if its process id is in use', async () => {
    const file = join(folder, '.lock');
    writeFileSync(file, String(process.pid));
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(file, longAgo, longAgo);
    expect(await withLock(lock(), async () => 'done')).toBe('done');
  });
});

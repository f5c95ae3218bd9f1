import { describe, expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

describe('SerialQueue', () => {
  it('starts the first task in the same turn', () => {
    const queue = new SerialQueue({ maxPending: 1 });
    let started = false;
    void queue.run(() => {
      started = true;
    });
    expect(started).toBe(true);
  });

  it('runs tasks in order, each after the end of the one before', async () => {
    const queue = new SerialQueue({ maxPending: 10 });
    const log: string[] = [];
    const task = (name: string, turns: number) => async () => {
      log.push(`${name} starts`);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      log.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all([queue.run(task('a', 5)), queue.run(task('b', 1)), queue.run(task('c', 0))]);
    expect(results).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });

  it('goes on after a task that failed', async () => {
    const queue = new SerialQueue({ maxPending: 10 });
    const failed = queue.run(() => Promise.reject(new Error('broken')));
    const next = queue.run(() => 'fine');
    await expect(failed).rejects.toThrow('broken');
    await expect(next).resolves.toBe('fine');
  });

  it('refuses a task beyond its bound and changes nothing for those that wait', async () => {
    const queue = new SerialQueue({ maxPending: 1 });
    const gate = Promise.withResolvers<void>();
    const running = queue.run(() => gate.promise);
    const waiting = queue.run(() => 'waited');
    await expect(queue.run(() => 'too many')).rejects.toMatchObject({ code: 'rateLimited' });
    gate.resolve();
    await running;
    await expect(waiting).resolves.toBe('waited');
  });

  it('rejects what waits when it is closed, and lets the running task end', async () => {
    const queue = new SerialQueue({ maxPending: 10 });
    const gate = Promise.withResolvers<string>();
    const running = queue.run(() => gate.promise);
    const waiting = queue.run(() => 'never');
    queue.close();
    queue.close();
    await expect(waiting).rejects.toMatchObject({ code: 'notJoined' });
    await expect(queue.run(() => 'late')).rejects.toMatchObject({ code: 'notJoined' });
    gate.resolve('done');
    await expect(running).resolves.toBe('done');
  });
});

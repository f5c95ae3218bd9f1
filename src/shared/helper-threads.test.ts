import { describe, expect, it } from 'vitest';
import { threadNiceness } from '../../test/support/thread-niceness.ts';
import { letHelpersGiveWay } from './helper-threads.ts';

describe('letHelpersGiveWay', () => {
  it.runIf(process.platform === 'linux')('lowers the priority of V8’s threads and not of the event loop', () => {
    const main = () => threadNiceness(process.pid).find(({ name }) => !name.startsWith('V8'))?.niceness;
    const before = main();
    const count = letHelpersGiveWay();
    const helpers = threadNiceness(process.pid).filter(({ name }) => name === 'V8Worker');
    expect(count).toBeGreaterThan(0);
    expect(helpers).toEqual(Array(count).fill({ name: 'V8Worker', niceness: 10 }));
    expect(main()).toBe(before);
  });

  it('may be called again', () => {
    expect(letHelpersGiveWay()).toBe(letHelpersGiveWay());
  });
});

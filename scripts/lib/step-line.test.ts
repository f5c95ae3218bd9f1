import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatProgress, StepLine } from './step-line.mjs';

describe('progress', () => {
  it('shows percent, elapsed and remaining time', () => {
    expect(formatProgress(0.25, 30_000)).toBe('25%, 30s elapsed, about 1m 30s left');
    expect(formatProgress(0.01, 1_000)).toBe('1%, 1s elapsed');
    expect(formatDuration(600_000)).toBe('10m 00s');
  });

  it('takes one line for every ten percent where there is no terminal', () => {
    let text = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    });
    const step = new StepLine('Building', stream);
    for (let percent = 0; percent <= 100; percent++) step.progress(percent / 100);
    step.done('it works');
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe('• Building …');
    expect(lines[3]).toContain('30%');
    expect(lines.at(-1)).toBe('✓ Building (0s): it works');
  });
});

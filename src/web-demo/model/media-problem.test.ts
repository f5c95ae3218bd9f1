import { describe, expect, it } from 'vitest';
import { mediaProblem } from './media-problem.ts';

describe('mediaProblem', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'notFound'],
    ['NotReadableError', 'inUse'],
    ['OverconstrainedError', 'notFound'],
    ['WeirdError', 'failed'],
  ])('understands %s as %s', (name, problem) => {
    expect(mediaProblem(new DOMException('', name))).toBe(problem);
  });

  it('does not trip over what is not an error', () => {
    expect(mediaProblem('boom')).toBe('failed');
  });
});

import { describe, expect, it } from 'vitest';
import { CrosspointError } from '../shared/errors.ts';
import { isMethod, validateParams } from './validate-params.ts';

function problemsOf(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    if (error instanceof CrosspointError && error.code === 'invalidParams') return error.data;
    throw error;
  }
  throw new Error('The parameters were accepted.');
}

describe('validateParams', () => {
  it('fills in defaults and leaves out what is not known', () => {
    const params = validateParams('join', { room: 'tea', unknown: 1 });
    expect(params).toEqual({ room: 'tea', name: '', metadata: {}, subscribe: 'auto' });
    expect(validateParams('ping', undefined)).toEqual({});
  });

  it('tells the problems of the variant that was meant', () => {
    expect(problemsOf(() => validateParams('offer', { connection: 'publish', sdp: 5, tracks: [] }))).toEqual({
      problems: [{ path: 'sdp', message: expect.stringContaining('expected string') }],
    });
    expect(problemsOf(() => validateParams('offer', { sdp: 'v=0' }))).toEqual({
      problems: [{ path: 'to', message: expect.stringContaining('expected string') }],
    });
  });

  it('tells a few problems, not thousands', () => {
    const tracks = Array.from({ length: 200 }, () => ({ track: 5 }));
    const { problems } = problemsOf(() => validateParams('subscribe', { tracks })) as { problems: unknown[] };
    expect(problems).toHaveLength(10);
  });

  it('refuses what makes a schema throw', () => {
    const odd = { length: { toString: 0, valueOf: 0 } };
    expect(problemsOf(() => validateParams('subscribe', { tracks: odd }))).toHaveProperty('problems.0');
  });
});

describe('isMethod', () => {
  it('knows methods and nothing that every object has', () => {
    expect(['join', 'message', 'toString', '__proto__', 'constructor', ''].map(isMethod)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

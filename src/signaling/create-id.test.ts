import { expect, it } from 'vitest';
import { createId } from './create-id.ts';

it('makes ids of the asked length that are safe in URLs and never repeat', () => {
  const ids = Array.from({ length: 20_000 }, () => createId(9));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[\w-]{12}$/);
});

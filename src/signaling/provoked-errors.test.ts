import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCodes } from '../protocol/error-codes.ts';

const root = new URL('../../test/integration/', import.meta.url);

/** Tests whose clients are at the other end of a real socket, or of an HTTP request. */
const sources = globSync(['{signaling,client,resilience}/*.test.ts'], { cwd: root.pathname }).map((path) =>
  readFileSync(new URL(path, root), 'utf8'),
);

it.each(Object.keys(errorCodes))('%s is provoked by a test over the network', (code) => {
  const naming = new RegExp(`'${code}'|errorCodes\\.${code}\\b`);
  expect(sources.some((source) => naming.test(source))).toBe(true);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isErrorCode } from '../../protocol/error-codes.ts';
import { statusOf } from './api-status.ts';

const page = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (\d{3}) \| (.*) \|$/gm)];

it('gives each code the status that docs/http-api.md says', () => {
  expect(rows.length).toBeGreaterThan(6);
  for (const [, status, codes = ''] of rows) {
    const named = [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code).filter(isErrorCode);
    expect(named.length).toBeGreaterThan(0);
    for (const code of named) expect([code, statusOf(code)]).toEqual([code, Number(status)]);
  }
});

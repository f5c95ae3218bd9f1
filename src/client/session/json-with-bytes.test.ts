import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { readJson, writeJson } from './json-with-bytes.ts';

describe('bytes in JSON', () => {
  it('are written and read at any depth', () => {
    const value = { body: [{ data: Uint8Array.of(1, 2, 255), more: null }, Uint8Array.of()], text: '$binary' };
    expect(writeJson(value)).toBe('{"body":[{"data":{"$binary":"AQL/"},"more":null},{"$binary":""}],"text":"$binary"}');
    expect(readJson(writeJson(value))).toEqual(value);
    expect(readJson(writeJson(Uint8Array.of(7)))).toEqual(Uint8Array.of(7));
  });

  it('may be a Buffer of Node, and be written with escapes by somebody else', () => {
    expect(writeJson({ body: Buffer.from('hi') })).toBe('{"body":{"$binary":"aGk="}}');
    expect(readJson('{"body":{"\\u0024binary":"aGk="}}')).toEqual({ body: Uint8Array.from(Buffer.from('hi')) });
  });

  it('leave everything else as it is, keys that are special included', () => {
    const text = '{"__proto__":{"$binary":"no"},"a":{"$binary":"AAAA","b":1},"at":null}';
    expect(JSON.stringify(readJson(text))).toBe(text);
    expect(JSON.stringify(readJson('{"__proto__":{"$binary":"AAAA"}}'))).toBe('{"__proto__":{"0":0,"1":0,"2":0}}');
    expect(writeJson({ at: new Date(0), missing: undefined })).toBe(JSON.stringify({ at: new Date(0) }));
  });

  it('are found however deep they are', () => {
    const depth = 50_000;
    expect(readJson(`${'['.repeat(depth)}{"$binary":"AA=="}${']'.repeat(depth)}`)).toHaveLength(1);
  });
});

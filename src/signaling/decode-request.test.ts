import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestEnvelope } from '../protocol/envelope.ts';
import { decodeRequest, MalformedRequest } from './decode-request.ts';

const long = 'x'.repeat(120);

function refusalOf(text: string): MalformedRequest {
  try {
    decodeRequest(text);
  } catch (error) {
    if (error instanceof MalformedRequest) return error;
    throw error;
  }
  throw new Error('The text was accepted.');
}

describe('decodeRequest', () => {
  it('reads id, method and parameters', () => {
    expect(decodeRequest('{"id":1,"method":"ping"}')).toMatchObject({ id: 1, method: 'ping' });
    const text = '{"jsonrpc":"2.0","params":{"a":1},"method":"update","id":"one"}';
    expect(decodeRequest(text)).toEqual({ id: 'one', method: 'update', params: { a: 1 }, text });
  });

  it('reads a request without an id, which wants no reply', () => {
    expect(decodeRequest('{"method":"ping"}')).toEqual({ method: 'ping', text: '{"method":"ping"}' });
  });

  it('tells right from wrong as the schema of the envelope does', () => {
    const id = fc.constantFrom<unknown>(0, -1, 1.5, 2 ** 53, 1e300, '', 'a', long, null, true, [], undefined);
    const method = fc.constantFrom<unknown>('ping', '', 'm'.repeat(64), 'm'.repeat(65), null, 1, undefined);
    const envelope = fc.record({ id, method, params: fc.constantFrom<unknown>(undefined, null, {}, 5, []) });
    const check = (value: unknown) => {
      const parsed = requestEnvelope.safeParse(JSON.parse(JSON.stringify(value)));
      const decode = () => decodeRequest(JSON.stringify(value));
      if (parsed.success) expect(decode()).toMatchObject(parsed.data);
      else expect(decode).toThrow(MalformedRequest);
    };
    fc.assert(fc.property(envelope, check), { numRuns: 1_000 });
  });

  it('cuts the last parameter out as the sender wrote it', () => {
    const text = `{"id":1,"method":"message","params":{"type":"t","body": {"a" : 1e2, "${long}":"\\u00e9"} }}`;
    const { opaque, params } = decodeRequest(text);
    expect(opaque).toEqual({ key: 'body', json: ` {"a" : 1e2, "${long}":"\\u00e9"} ` });
    expect(params).toEqual({ type: 't', body: { a: 100, [long]: 'é' } });
  });

  it.each([
    ['a value that is two', `{"id":1,"method":"message","params":{"body":1,"to":"${long}","body":2}}`],
    ['a value that closes its object early', `{"id":1,"method":"message","params":{"body":1},"x":{"y":"${long}"}}`],
    ['a key of another object', `{"id":1,"method":"message","params":{"a":1},"x":{"body":"${long}"}}`],
    ['a key deeper inside', `{"id":1,"method":"message","params":{"x":{"body":"${long}"}}}`],
    ['the key spelled twice', `{"id":1,"method":"message","params":{"bod\\u0079":0},"x":{"body":"${long}"}}`],
    ['the key in a string', `{"id":1,"method":"message","params":{"type":"\\"body\\":","to":"${long}"}}`],
    ['a blank before the end', `{"id":1,"method":"message","params":{"body":"${long}"} }`],
    ['no body', `{"id":1,"method":"message","params":{"type":"${long}"}}`],
  ])('reads %s like any other message, without a cut', (_, text) => {
    const { opaque, params } = decodeRequest(text);
    expect(opaque).toBeUndefined();
    expect(params).toEqual(JSON.parse(text).params);
  });

  it.each([
    ['not JSON', '{"id":1'],
    ['nothing', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"join"'],
    ['no id and no method', '{}'],
    ['null for an id', '{"id":null,"method":"ping"}'],
    ['an id that is an object', '{"id":{},"method":"ping"}'],
    ['an id that is too long', `{"id":"${long}","method":"ping"}`],
    ['a fraction as id', '{"id":1.5,"method":"ping"}'],
    ['two bodies run together', `{"id":1,"method":"message","params":{"body":"${long}" 1}}`],
  ])('refuses %s without an id to answer to', (_, text) => {
    expect(refusalOf(text).id).toBeNull();
  });

  it('refuses what makes a schema throw', () => {
    const odd = '{"length":{"toString":0,"valueOf":0}}';
    expect(refusalOf(`{"id":1,"method":${odd}}`).id).toBe(1);
    expect(refusalOf(`{"id":${odd},"method":"ping"}`).id).toBeNull();
  });

  it('refuses a message with an id and no method, and says whose it is', () => {
    expect(refusalOf('{"id":7}').id).toBe(7);
    expect(refusalOf(`{"id":"seven","method":5,"params":{"body":"${long}"}}`).id).toBe('seven');
  });

  it('means the same as parsing the whole, for any body, key order and spacing', { timeout: 30_000 }, () => {
    const body = fc.jsonValue({ maxDepth: 4 });
    const rest = fc.dictionary(fc.constantFrom('to', 'type', 'body', 'sdp', 'candidate', '__proto__'), fc.jsonValue());
    const space = fc.constantFrom('', ' ', '\n', '\t ');
    fc.assert(
      fc.property(body, rest, space, fc.constantFrom('body', 'sdp', 'candidate'), (value, others, blank, key) => {
        const inner = Object.entries(others).map(
          ([name, other]) => `${JSON.stringify(name)}:${JSON.stringify(other)},`,
        );
        const json = `${blank}${JSON.stringify(value)}${blank}`;
        const text = `{"id":1,"x":"${long}","method":"message","params":{${inner.join('')}"${key}":${json}}}`;
        const { params, opaque } = decodeRequest(text);
        expect(params).toEqual(JSON.parse(text).params);
        if (opaque) expect(JSON.parse(`{"v":${opaque.json}}`).v).toEqual(JSON.parse(text).params[opaque.key]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never hands out text that is not one JSON value, whatever is injected', { timeout: 30_000 }, () => {
    const piece = fc.constantFrom(
      '"body":',
      '"sdp":',
      '{',
      '}',
      '}}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\"',
      '0',
      'null',
      ' ',
      '"params":',
      '"id":1',
      '"method":"message"',
      '"to":"x"',
      '"bod\\u0079":',
      '\u0000',
      long,
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = `{"id":1,"method":"message","params":{"body":"${long}${pieces.join('')}}}`;
        let decoded: ReturnType<typeof decodeRequest>;
        try {
          decoded = decodeRequest(text);
        } catch {
          expect(() => JSON.parse(text)).toThrow();
          return;
        }
        expect(decoded.params).toEqual(JSON.parse(text).params);
        if (decoded.opaque)
          expect(JSON.parse(decoded.opaque.json)).toEqual(JSON.parse(text).params[decoded.opaque.key]);
      }),
      { numRuns: 2_000 },
    );
  });
});

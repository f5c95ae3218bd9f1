import { decode, Encoder, ExtData, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, toBinaryObject } from '../binary-value.ts';
import { pack } from './pack.ts';
import { UnpackError, unpack } from './unpack.ts';

const asObjects = { fromBytes: toBinaryObject };
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** JSON values with texts of any length, any characters, and keys that are special in JavaScript. */
const keys = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'toString', ''));
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 20 }),
  ),
})).value;

/** What a JSON text says, which has no -0, no prototypes and keeps the last of equal keys. */
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('MessagePack', () => {
  it('gives every JSON value back', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const plain = throughJson(value);
        const read = unpack(pack(plain), asObjects);
        expect(JSON.stringify(read)).toBe(JSON.stringify(plain));
      }),
    );
  });

  it('writes what another library reads, and reads what that writes', () => {
    fc.assert(
      fc.property(
        anyJson.map(throughJson).filter((value) => !JSON.stringify(value).includes('__proto__')),
        (value) => {
          expect(decode(pack(value))).toEqual(value);
          expect(unpack(encode(value), asObjects)).toEqual(value);
        },
      ),
    );
  });

  it.each([
    ['7f', 127],
    ['cc80', 128],
    ['cd 0100', 256],
    ['ce 00010000', 65_536],
    ['cf 0000000100000000', 2 ** 32],
    ['e0', -32],
    ['d0 df', -33],
    ['d1 ff7f', -129],
    ['d2 ffff7fff', -32_769],
    ['d3 ffffffff7fffffff', -(2 ** 31) - 1],
    ['ca 3f000000', 0.5],
    ['cb 3fb999999999999a', 0.1],
    ['ca 80000000', -0],
    ['c0', null],
    ['c3', true],
    ['a3 e88cb6', '茶'],
    ['91 c2', [false]],
    ['81 a1 61 01', { a: 1 }],
    ['c4 02 00ff', toBinaryObject(Uint8Array.of(0, 255))],
  ])('writes %s as the specification says', (text, value) => {
    expect(Buffer.from(pack(value)).toString('hex')).toBe(text.replaceAll(' ', ''));
    expect(unpack(hex(text), asObjects)).toEqual(value);
  });

  it.each([15, 16, 31, 32, 255, 256, 65_535, 65_536])('counts %i items, characters and bytes', (length) => {
    const value = {
      items: new Array(length).fill(1),
      text: 'x'.repeat(length),
      map: Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, null])),
    };
    expect(decode(pack(value))).toEqual(value);
    expect(unpack(pack(value), asObjects)).toEqual(value);
    const bytes = new Uint8Array(length).fill(7);
    expect(decode(pack(toBinaryObject(bytes)))).toEqual(bytes);
    expect(unpack(encode(bytes), { fromBytes: (given) => given })).toEqual(bytes);
  });

  it('keeps a key that would be the prototype, as JSON.parse does', () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true}}');
    const read = unpack(pack(value), asObjects);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(JSON.stringify(read)).toBe('{"__proto__":{"admin":true}}');
  });

  it('takes the last of equal keys, as JSON.parse does', () => {
    expect(unpack(hex('82 a1 61 01 a1 61 02'), asObjects)).toEqual({ a: 2 });
  });

  it('writes and reads what is nested without end', () => {
    const depth = 100_000;
    const bytes = pack(JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`));
    expect(bytes).toEqual(new Uint8Array(depth).fill(0x91).fill(0x90, -1));
    expect(pack(unpack(bytes, asObjects))).toEqual(bytes);
  });

  it('stops at the depth that it is given', () => {
    const nested = (depth: number) => hex(`${'91'.repeat(depth)}c0`);
    expect(JSON.stringify(unpack(nested(5), { ...asObjects, maxDepth: 5 }))).toBe('[[[[[null]]]]]');
    expect(() => unpack(nested(6), { ...asObjects, maxDepth: 5 })).toThrow(UnpackError);
  });

  it.each([
    ['nothing', ''],
    ['an array longer than the message', 'dd ffffffff'],
    ['a map longer than the message', 'df 7fffffff a1 61'],
    ['a text longer than the message', 'db ffffffff 61'],
    ['bytes longer than the message', 'c6 ffffffff 61'],
    ['half a number', 'cf 0000'],
    ['half a container', '92 01'],
    ['a key that is a number', '81 01 01'],
    ['a key that is nil', '81 c0 01'],
    ['a key that is a map', '81 81 a1 61 01 01'],
    ['a key that is bytes', '81 c4 01 61 01'],
    ['NaN', 'cb 7ff8000000000000'],
    ['infinity', 'ca 7f800000'],
    ['an integer that is not exact', 'cf 0020000000000000'],
    ['a negative one', 'd3 8000000000000000'],
    ['the unused type', 'c1'],
    ['a timestamp', 'd6 ff 00000000'],
    ['an extension', 'c7 01 05 00'],
    ['text that is not UTF-8', 'a2 c328'],
    ['long text that is not UTF-8', `d9 20 ${'ff'.repeat(32)}`],
    ['a surrogate in UTF-8', 'a3 eda080'],
    ['two values', '01 01'],
  ])('refuses %s', (_, text) => {
    expect(() => unpack(hex(text), asObjects)).toThrow(UnpackError);
  });

  it('refuses extensions and dates that the other library writes', () => {
    expect(() => unpack(new Encoder().encode({ at: new Date() }), asObjects)).toThrow(UnpackError);
    expect(() => unpack(encode(new ExtData(1, Uint8Array.of(1))), asObjects)).toThrow(UnpackError);
  });

  it('throws nothing but its own error, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          unpack(bytes, { ...asObjects, maxDepth: 20 });
        } catch (error) {
          expect(error).toBeInstanceOf(UnpackError);
        }
      }),
    );
  });
});

describe('bytes in JSON', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(bytesOf(toBinaryObject(bytes))).toEqual(bytes);
      }),
    );
    const large = new Uint8Array(100_000).map((_, index) => index * 7);
    expect(bytesOf(toBinaryObject(large))).toEqual(large);
    expect(toBinaryObject(large).$binary).toBe(Buffer.from(large).toString('base64'));
  });

  it.each([
    { $binary: 'AA=' },
    { $binary: 'AA' },
    { $binary: 'AB==' },
    { $binary: ' AAA=' },
    { $binary: '-_8=' },
    { $binary: 7 },
    { $binary: 'AAA=', more: 1 },
    { binary: 'AAA=' },
    ['AAA='],
    {},
  ])('leave %j as it is', (value) => {
    expect(bytesOf(value)).toBeUndefined();
    expect(unpack(pack(value), { fromBytes: () => 'bytes' })).toEqual(value);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requestEnvelope } from '../protocol/envelope.ts';
import { requests } from '../protocol/requests.ts';
import { shortcutOf, unsure } from './schema-shortcut.ts';

const schemas: [string, z.ZodType][] = [
  ['the envelope', requestEnvelope],
  ...Object.entries(requests).map(([method, { params }]): [string, z.ZodType] => [method, params]),
  ...[...requests.offer.params.options, ...requests.answer.params.options, ...requests.candidate.params.options].map(
    (schema, index): [string, z.ZodType] => [`negotiation, variant ${index}`, schema],
  ),
];

/** Keys and values that requests are made of, right and wrong. */
const keys = [
  ...[
    'id',
    'method',
    'params',
    'room',
    'name',
    'metadata',
    'token',
    'subscribe',
    'resume',
    'session',
    'seq',
    'sdp',
    'to',
  ],
  ...['track', 'tracks', 'muted', 'toUser', 'type', 'body', 'candidate', 'connection', 'negotiation', 'fresh', 'width'],
  ...[
    'mid',
    'source',
    'participant',
    'locked',
    'waitingRoom',
    'ordinals',
    'status',
    'ttlSeconds',
    'acknowledge',
    '__proto__',
  ],
];
const values = fc.oneof(
  fc.constantFrom('', 'tea', 'auto', 'publish', 'subscribe', 'read', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(128)),
  fc.constantFrom('x'.repeat(129), 'x'.repeat(8_193), 'bell\u0007', '\u{1f375}', '1', null, true, false, -0),
  fc.constantFrom(-1, 0, 1, 255, 256, 1.5, 1e300, Number.POSITIVE_INFINITY, 2 ** 53, 7_776_000, 7_776_001),
);
const { tree } = fc.letrec<{ tree: unknown; object: unknown }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, values, tie('object'), fc.array(tie('tree'), { maxLength: 3 })),
  object: fc.dictionary(fc.constantFrom(...keys), fc.oneof(values, tie('tree')), { maxKeys: 6 }),
}));

/** What the schema makes of it; what makes it throw is wrong too. */
function parse(schema: z.ZodType, value: unknown): unknown {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : unsure;
  } catch {
    return unsure;
  }
}

describe('a shortcut', () => {
  it.each(schemas)('never says anything else than the schema of %s', (_, schema) => {
    const shortcut = shortcutOf(schema);
    const check = (value: unknown) => {
      const result = shortcut(value);
      if (result !== unsure) expect(result).toStrictEqual(parse(schema, value));
    };
    fc.assert(fc.property(tree, check), { numRuns: 3_000 });
  });

  it('knows the usual requests', () => {
    expect(shortcutOf(requests.join.params)({ room: 'tea', other: 1 })).toStrictEqual({
      ...{ room: 'tea', name: '', metadata: {}, subscribe: 'auto' },
    });
    const full = { room: 'tea', name: 'Ada', token: 'e30', subscribe: 'manual' };
    expect(shortcutOf(requests.join.params)(full)).toStrictEqual({ ...full, metadata: {} });
    expect(shortcutOf(requests.leave.params)({})).toStrictEqual({});
    expect(shortcutOf(requests.message.params)({ body: { a: [1] } })).toStrictEqual({ type: '', body: { a: [1] } });
    const [, relayed] = requests.offer.params.options;
    expect(shortcutOf(relayed)({ to: 'a', sdp: 'v=0' })).toStrictEqual({ to: 'a', sdp: 'v=0' });
  });

  it('gives everybody a default of their own', () => {
    const shortcut = shortcutOf(z.object({ map: z.object({}).default({}), list: z.array(z.string()).default(['a']) }));
    const [first, second] = [shortcut({}), shortcut({})];
    expect(first).toStrictEqual({ map: {}, list: ['a'] });
    expect(Object.values(first).some((value) => Object.values(second).includes(value))).toBe(false);
  });

  it.each<[string, z.ZodType, unknown]>([
    ['refinement', z.string().refine((text) => text !== 'no'), 'no'],
    ['change of the text', z.string().trim(), ' a '],
    ['format', z.email(), 'a@example.org'],
    ['width of a number', z.int32(), 2 ** 40],
    ['coercion', z.coerce.number(), '5'],
    ['object', z.object({}), {}],
    ['open bound', z.number().gt(5), 5],
    ['array', z.array(z.string()), []],
    ['record', z.record(z.string(), z.string()), { a: 'b' }],
    ['transformation', z.string().transform(Number), '5'],
    ['pattern that remembers', z.string().regex(/a/g), 'a'],
    ['null that may be', z.string().nullable(), null],
  ])('leaves a field to the schema that is a %s', (_, schema, value) => {
    expect(shortcutOf(z.object({ field: schema }))({ field: value })).toBe(unsure);
    expect(shortcutOf(z.object({ field: schema.optional() }))({ field: value })).toBe(unsure);
    expect(shortcutOf(z.object({ field: schema.optional() }))({})).toStrictEqual({});
  });

  it.each<[string, z.ZodType]>([
    ['strict', z.strictObject({})],
    ['loose', z.looseObject({})],
    ['refined', z.object({}).refine(() => false)],
  ])('leaves a %s object to the schema', (_, schema) => {
    expect(shortcutOf(schema)({})).toBe(unsure);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requestEnvelope, serverFrame } from '../envelope.ts';
import { errorCodes } from '../error-codes.ts';
import { type EventName, events } from '../events.ts';
import { metadata, participantId, track } from '../models.ts';
import { type Method, requests } from '../requests.ts';
import { describeType } from './describe-type.ts';
import { fieldTables } from './field-table.ts';
import { recordedFrames, renderFirstCall } from './first-call.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { namedTypes } from './named-types.ts';
import { renderProtocol } from './render-protocol.ts';
import { renderSchema } from './render-schema.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const frames = recordedFrames.parse(JSON.parse(read('first-call.json')));
const page = renderProtocol({
  template: read('protocol.template.md'),
  firstCall: frames,
  joinTimeoutMs: 10_000,
  graceMs: 30_000,
  maxPackedDepth: 128,
  compressAboveBytes: 1_400,
  compressWindowBits: 12,
});

describe('the protocol page', () => {
  it('has a section for every request and every event', () => {
    for (const method of Object.keys(requests)) expect(page).toContain(`\n### \`${method}\`\n`);
    for (const event of Object.keys(events)) expect(page).toContain(`\n### Event \`${event}\`\n`);
  });

  it('lists every error, with close code and action where it ends the connection', () => {
    for (const code of Object.keys(errorCodes)) expect(page).toContain(`| \`${code}\` |`);
    expect(page).toContain('| `sessionReplaced` | 4410 | `giveUp` |');
  });

  it('links only to headings that it has', () => {
    const slugs = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, target = ''] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(slugs).toContain(target);
  });

  it('refuses a template that asks for an unknown part', () => {
    const bounds = { maxPackedDepth: 1, compressAboveBytes: 1, compressWindowBits: 12 };
    const options = { firstCall: [], joinTimeoutMs: 1, graceMs: 1, ...bounds };
    expect(() => renderProtocol({ ...options, template: '{{nonsense}}' })).toThrow('{{nonsense}}');
  });
});

describe('the recorded first call', () => {
  const sent = frames.filter(({ direction }) => direction === 'sent').map(({ text }) => JSON.parse(text));
  const received = frames.filter(({ direction }) => direction === 'received').map(({ text }) => JSON.parse(text));

  it('obeys the schemas, to the last parameter', () => {
    for (const frame of sent) {
      const { method, params } = requestEnvelope.parse(frame);
      expect(requests[method as Method].params.safeParse(params).error).toBeUndefined();
    }
    for (const frame of received) {
      const parsed = serverFrame.parse(frame);
      if (!('method' in parsed)) continue;
      expect(events[parsed.method as EventName].params.safeParse(parsed.params).error).toBeUndefined();
    }
  });

  it('shows a whole call: join, both negotiations, a message, a mute and the leave', () => {
    expect(sent.map(({ method }) => method)).toEqual(['join', 'offer', 'answer', 'mute', 'leave']);
    expect(received.flatMap(({ method }) => method ?? [])).toEqual(expect.arrayContaining(['offer', 'message']));
  });

  it('is shortened visibly', () => {
    const sdp = `v=0\r\ns=-\r\nm=audio 9\r\n${'a=fmtp:1\r\n'.repeat(10)}a=mid:0\r\n`;
    const text = renderFirstCall([{ direction: 'sent', text: JSON.stringify({ sdp }) }]);
    expect(text).toContain('a=mid:0');
    expect(text).toContain('(… 7 more lines …)');
    expect(text.startsWith('```text\n→ {')).toBe(true);
  });
});

describe('descriptions of types', () => {
  const none = new Map();
  const typeOf = (schema: z.ZodType) => describeType(jsonSchemaOf(schema, 'input'), none);

  it.each([
    [z.string().min(1).max(64), 'string, 1–64 characters'],
    [z.string().max(1024), 'string, at most 1,024 characters'],
    [z.number().int(), 'integer'],
    [z.number().int().min(0), 'integer, at least 0'],
    [z.boolean(), 'boolean'],
    [z.unknown(), 'any JSON value'],
    [z.literal('publish'), '`"publish"`'],
    [z.enum(['a', 'b']), '`"a"` or `"b"`'],
    [z.array(z.string()).max(3), 'array of string, at most 3'],
  ])('%# name type and bounds', (schema, text) => {
    expect(typeOf(schema)).toBe(text);
  });

  it('names known types, whatever is said about them at the place', () => {
    const named = namedTypes('output');
    expect(describeType(jsonSchemaOf(track.describe('Another.'), 'output'), named)).toBe('[Track](#track)');
    expect(describeType(jsonSchemaOf(metadata, 'output'), named)).toBe('[Metadata](#metadata)');
    expect(describeType(jsonSchemaOf(participantId, 'output'), named)).toContain('string');
  });

  it('tables tell required, optional and default apart, and go down into nested objects', () => {
    const schema = z.object({
      a: z.string(),
      b: z.boolean().default(true).describe('Either | or.'),
      c: z.array(z.object({ d: z.number().optional() })),
    });
    const rows = fieldTables(jsonSchemaOf(schema, 'input'), none).split('\n').slice(2);
    expect(rows).toEqual([
      '| `a` | string | required |  |',
      '| `b` | boolean | default `true` | Either \\| or. |',
      '| `c` | array of object | required |  |',
      '| `c[].d` | number | optional |  |',
    ]);
  });
});

describe('the JSON Schema', () => {
  const document = JSON.parse(renderSchema());

  it('has a definition for every frame, and no reference that leads nowhere', () => {
    for (const method of Object.keys(requests)) expect(document.$defs).toHaveProperty([`${method}.request`]);
    for (const event of Object.keys(events)) expect(document.$defs).toHaveProperty([`${event}.event`]);
    for (const [, name = ''] of renderSchema().matchAll(/"#\/\$defs\/([^"]+)"/g)) {
      expect(document.$defs).toHaveProperty([name]);
    }
  });

  it('lets a client leave out what has a default, and add fields', () => {
    expect(document.$defs['join.params'].required).toEqual(['room']);
    expect(renderSchema()).not.toContain('"additionalProperties": false');
  });
});

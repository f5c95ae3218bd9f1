import type { z } from 'zod';
import * as envelope from '../envelope.ts';
import { errorCodes } from '../error-codes.ts';
import { events } from '../events.ts';
import { requests } from '../requests.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';

/** The whole protocol as one JSON Schema document: `$defs` has every parameter, result and frame. */
export function renderSchema(): string {
  const definitions: Record<string, unknown> = {};
  for (const [method, { params, result }] of Object.entries(requests)) {
    definitions[`${method}.params`] = jsonSchemaOf(params, 'input');
    definitions[`${method}.result`] = jsonSchemaOf(result, 'output');
    definitions[`${method}.request`] = frame(envelope.requestEnvelope, method, `${method}.params`);
  }
  for (const [name, { params }] of Object.entries(events)) {
    definitions[`${name}.eventParams`] = jsonSchemaOf(params, 'output');
    definitions[`${name}.event`] = frame(envelope.eventEnvelope, name, `${name}.eventParams`);
  }
  const errorReply = jsonSchemaOf(envelope.errorReply, 'output');
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Crosspoint signaling protocol',
    description: `Frames of the WebSocket subprotocol ${envelope.subprotocol}.`,
    oneOf: [{ $ref: '#/$defs/clientFrame' }, { $ref: '#/$defs/serverFrame' }],
    errors: errorCodes,
    $defs: {
      clientFrame: { oneOf: Object.keys(requests).map((method) => reference(`${method}.request`)) },
      serverFrame: {
        oneOf: [
          reference('successReply'),
          reference('errorReply'),
          ...Object.keys(events).map((name) => reference(`${name}.event`)),
        ],
      },
      successReply: jsonSchemaOf(envelope.successReply, 'output'),
      errorReply,
      ...definitions,
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** An envelope that carries one method with its own parameters. */
function frame(schema: z.ZodType, method: string, paramsName: string): JsonSchema {
  const { properties = {}, ...rest } = jsonSchemaOf(schema, 'input');
  return { ...rest, properties: { ...properties, method: { const: method }, params: reference(paramsName) } };
}

function reference(name: string): JsonSchema & { $ref: string } {
  return { $ref: `#/$defs/${name}` };
}

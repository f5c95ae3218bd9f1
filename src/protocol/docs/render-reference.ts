import type { z } from 'zod';
import { bounds } from '../bounds.ts';
import * as envelope from '../envelope.ts';
import { type ErrorDefinition, errorCodes } from '../error-codes.ts';
import { events } from '../events.ts';
import { requests } from '../requests.ts';
import { describeType, type NamedTypes } from './describe-type.ts';
import { fieldTables } from './field-table.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';
import { namedTypes } from './named-types.ts';

const received = namedTypes('output');
const sent = namedTypes('input');

/** Every request with the fields of its parameters and its result. */
export function renderRequests(): string {
  const sections = Object.entries(requests).map(([method, { summary, params, result }]) =>
    [
      `### \`${method}\``,
      summary,
      '**Parameters**',
      fieldTables(jsonSchemaOf(params, 'input'), sent),
      '**Result**',
      fieldTables(jsonSchemaOf(result, 'output'), received),
    ].join('\n\n'),
  );
  return sections.join('\n\n');
}

/** Every event with the fields of its parameters. */
export function renderEvents(): string {
  const sections = Object.entries(events).map(([name, { summary, params }]) =>
    [`### Event \`${name}\``, summary, fieldTables(jsonSchemaOf(params, 'output'), received)].join('\n\n'),
  );
  return sections.join('\n\n');
}

export function renderTypes(): string {
  return [...received].map(([name, schema]) => renderType(name, schema)).join('\n\n');
}

function renderType(name: string, schema: JsonSchema): string {
  const others: NamedTypes = new Map([...received].filter(([other]) => other !== name));
  const body = schema.properties ? fieldTables(schema, others) : sentence(describeType(schema, others));
  return [`### ${name}`, schema.description ?? '', body].filter((part) => part !== '').join('\n\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export function renderEnvelope(): string {
  const frames: [string, z.ZodType][] = [
    ['A request, from client to server:', envelope.requestEnvelope],
    ['Its reply:', envelope.successReply],
    ['Or, when it failed (`id` is `null` when the request had none, or it could not be read):', envelope.errorReply],
    ['An event, from server to client:', envelope.eventEnvelope],
  ];
  return frames
    .map(([title, schema]) => `${title}\n\n${fieldTables(jsonSchemaOf(schema, 'output'), received)}`)
    .join('\n\n');
}

/** The errors that leave the session as it was. */
export function renderRequestErrors(): string {
  const rows = definitions()
    .filter(([, { consequence }]) => consequence === 'request')
    .map(([code, { message }]) => `| \`${code}\` | ${message} |`);
  return ['| Code | Meaning |', '| --- | --- |', ...rows].join('\n');
}

/** The errors that end the session, with what to do next. */
export function renderSessionErrors(): string {
  const rows = definitions()
    .filter(([, { consequence }]) => consequence === 'session')
    .map(([code, { message, closeCode, action }]) => `| \`${code}\` | ${closeCode} | \`${action}\` | ${message} |`);
  return ['| Code | Close code | Action | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

export function renderBounds(): string {
  const rows = Object.entries(bounds).map(([name, value]) => `| \`${name}\` | ${value.toLocaleString('en-GB')} |`);
  return ['| Bound | Value |', '| --- | --- |', ...rows].join('\n');
}

function definitions(): [string, ErrorDefinition][] {
  return Object.entries<ErrorDefinition>(errorCodes);
}

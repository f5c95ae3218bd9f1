import { randomBytes } from 'node:crypto';
import { bounds } from '../protocol/bounds.ts';
import { type Envelope, type RequestId, requestEnvelope, requestId } from '../protocol/envelope.ts';
import { CrosspointError } from '../shared/errors.ts';
import { parseSafely } from './parse-safely.ts';

/** A request whose envelope is in order; its parameters have not been looked at. */
export interface DecodedRequest {
  /** Absent when no reply is wanted unless the request fails. */
  readonly id: RequestId | undefined;
  readonly method: string;
  readonly params: unknown;
  /** The message, by which a request that is sent again is told from another. */
  readonly text: string;
  /** The sender's own JSON text of the last parameter, when it could be cut out of the message safely. */
  readonly opaque: OpaqueText | undefined;
}

export interface OpaqueText {
  readonly key: string;
  readonly json: string;
}

/** A message that is not a request; `id` is that of the reply, when one could be read. */
export class MalformedRequest extends CrosspointError {
  readonly id: RequestId | null;

  constructor(id: RequestId | null) {
    super('malformedMessage');
    this.id = id;
  }
}

/** Parameters that are passed on to others, and are worth passing on as they came. */
const opaqueKeys = ['body', 'sdp', 'candidate'];
/** The key stands near the start: method, id and receiver come before it. */
const keySearchChars = 512;
/** Shorter texts are parsed and written anew in less time than they are cut. */
const cutAboveChars = 96;
/** Stands in for the cut-out text; nobody outside can know it, so nobody can write it into a message. */
const placeholder = randomBytes(12).toString('base64url');
const ending = `"${placeholder}"}}`;

/** Reads a request from a frame's text; throws `MalformedRequest`. */
export function decodeRequest(text: string): DecodedRequest {
  const cut = text.length > cutAboveChars ? cutOpaque(text) : undefined;
  const value = cut ? cut.value : parse(text);
  const { id, method, params } = isPlainEnvelope(value) ? value : parseEnvelope(value);
  return { id, method, params, text, opaque: cut?.opaque };
}

function parseEnvelope(value: unknown): Envelope {
  const envelope = parseSafely(requestEnvelope, value);
  if (envelope.problems) throw new MalformedRequest(idOf(value));
  return envelope.data;
}

/** What nearly all clients send is seen to be right without the schema, which takes ten times as long. */
function isPlainEnvelope(value: unknown): value is Envelope {
  if (!isRecord(value) || !Number.isSafeInteger(value.id)) return false;
  const { method } = value;
  return typeof method === 'string' && method !== '' && method.length <= bounds.idChars;
}

/**
 * Cuts the last parameter out of a text that ends with it, `…"params":{…,"body":TEXT}}`. The rest with a placeholder in
 * its place and TEXT itself are parsed apart. When both are valid JSON and the placeholder turns up as that very
 * parameter, then TEXT is one complete value and may stand in any other JSON text; in all other cases the message is
 * parsed as a whole.
 */
function cutOpaque(text: string): { value: object; opaque: OpaqueText } | undefined {
  if (!text.endsWith('}}')) return undefined;
  const start = text.slice(0, keySearchChars);
  for (const key of opaqueKeys) {
    const found = start.indexOf(`"${key}":`);
    if (found > 0) return cutAt(text, key, found + key.length + 3);
  }
  return undefined;
}

function cutAt(text: string, key: string, from: number): { value: object; opaque: OpaqueText } | undefined {
  const json = text.slice(from, -2);
  try {
    const value: unknown = JSON.parse(text.slice(0, from) + ending);
    const params = isRecord(value) ? value.params : undefined;
    if (!isRecord(value) || !isRecord(params) || params[key] !== placeholder) return undefined;
    params[key] = JSON.parse(json);
    return { value, opaque: { key, json } };
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedRequest(null);
  }
}

function idOf(value: unknown): RequestId | null {
  const id = parseSafely(requestId, isRecord(value) ? value.id : undefined);
  return id.problems ? null : id.data;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

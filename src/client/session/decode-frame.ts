import { errorReply, eventEnvelope, successReply } from '../../protocol/envelope.ts';
import { type EventName, type EventParams, events } from '../../protocol/events.ts';
import type { FrameEncoding } from '../platform.ts';
import { readJson } from './json-with-bytes.ts';

/** An event with its parameters, told apart by its name. */
export type ServerEvent = { [Name in EventName]: { name: Name; params: EventParams<Name> } }[EventName];

export type ReplyFrame =
  | { kind: 'result'; id: string | number; result: unknown }
  | { kind: 'error'; id: string | number | null; error: { code: string; message: string; data?: unknown } };

export type Frame = ReplyFrame | { kind: 'event'; seq: number; event: ServerEvent | undefined };

/** Reads what the server sent as JSON text. Undefined for what is no frame of the protocol. */
export function decodeFrame(text: string): Frame | undefined {
  return frameOf(parse(() => readJson(text)));
}

/** The same for a frame in another encoding. */
export function decodePacked(data: ArrayBuffer, encoding: FrameEncoding): Frame | undefined {
  return frameOf(parse(() => encoding.decode(data)));
}

function frameOf(value: unknown): Frame | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('error' in value) return decodeError(value);
  return 'method' in value ? decodeEvent(value) : decodeResult(value);
}

function decodeError(value: object): Frame | undefined {
  const { data } = errorReply.safeParse(value);
  return data && { kind: 'error', ...data };
}

function decodeResult(value: object): Frame | undefined {
  const { data } = successReply.safeParse(value);
  return data && { kind: 'result', ...data };
}

function decodeEvent(value: object): Frame | undefined {
  const { data } = eventEnvelope.safeParse(value);
  return data && { kind: 'event', seq: data.seq, event: readEvent(data.method, data.params) };
}

/** An event that this client does not know, or whose parameters it cannot read, counts but says nothing. */
function readEvent(name: string, params: unknown): ServerEvent | undefined {
  if (!isEventName(name)) return undefined;
  const parsed = events[name].params.safeParse(params);
  // The name selected the schema, which the compiler cannot follow through the table.
  return parsed.success ? ({ name, params: parsed.data } as ServerEvent) : undefined;
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

function parse(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

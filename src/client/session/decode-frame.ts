import { serverFrame } from '../../protocol/envelope.ts';
import { type EventName, type EventParams, events } from '../../protocol/events.ts';

/** An event with its parameters, told apart by its name. */
export type ServerEvent = { [Name in EventName]: { name: Name; params: EventParams<Name> } }[EventName];

export type ReplyFrame =
  | { kind: 'result'; id: string | number; result: unknown }
  | { kind: 'error'; id: string | number | null; error: { code: string; message: string; data?: unknown } };

export type Frame = ReplyFrame | { kind: 'event'; seq: number; event: ServerEvent | undefined };

/** Reads what the server sent. Undefined for what is no frame of the protocol. */
export function decodeFrame(text: string): Frame | undefined {
  const parsed = serverFrame.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const frame = parsed.data;
  if ('error' in frame) return { kind: 'error', id: frame.id, error: frame.error };
  if ('method' in frame) return { kind: 'event', seq: frame.seq, event: decodeEvent(frame.method, frame.params) };
  return { kind: 'result', id: frame.id, result: frame.result };
}

/** An event that this client does not know, or whose parameters it cannot read, counts but says nothing. */
function decodeEvent(name: string, params: unknown): ServerEvent | undefined {
  if (!isEventName(name)) return undefined;
  const parsed = events[name].params.safeParse(params);
  // The name selected the schema, which the compiler cannot follow through the table.
  return parsed.success ? ({ name, params: parsed.data } as ServerEvent) : undefined;
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

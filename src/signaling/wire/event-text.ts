import type { EventName, EventParams } from '../../protocol/events.ts';

/** The text of an event up to the value of `seq`, which differs between receivers. */
export function eventHead<E extends EventName>(method: E, params: EventParams<E>): string {
  return rawEventHead(method, JSON.stringify(params));
}

/** The same from parameters that are JSON text already. */
export function rawEventHead(method: EventName, params: string): string {
  return `${eventStart(method)}${params}${eventEnd}`;
}

/** What stands before the parameters. */
export function eventStart(method: EventName): string {
  return `{"method":"${method}","params":`;
}

/** What stands between the parameters and the value of `seq`. */
export const eventEnd = ',"seq":';

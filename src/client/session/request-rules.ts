import type { Method } from '../../protocol/requests.ts';

/** Requests about the connection itself. */
const ofConnection: ReadonlySet<Method> = new Set<Method>(['join', 'leave', 'ping']);
/** Requests that mean the same in a new session; all others name what has gone with the old one. */
const portable: ReadonlySet<Method> = new Set<Method>(['message', 'receipt', 'update']);

/** Whether there is no sense in asking this over another connection. */
export function endsWithConnection(method: Method): boolean {
  return ofConnection.has(method);
}

/** Whether a request means the same in a new session. */
export function isPortable(method: Method): boolean {
  return portable.has(method);
}

/**
 * Whether a portable request may be sent in a new session although the old one may have carried it out. A message would
 * come twice, unless it is acknowledged: that has an id of its own, by which the server knows it again.
 */
export function mayBeRepeated(method: Method, params: object): boolean {
  return method !== 'message' || ('acknowledge' in params && params.acknowledge === true);
}

import type { Method, RequestResult } from '../../protocol/requests.ts';
import type { CrosspointClientError } from '../client-error.ts';

const defaultRetryAfterMs = 1000;
const maxRetryAfterMs = 10_000;

/** How the one who asks is told. */
export interface Outcome<M extends Method> {
  /** Sent at once, without waiting for the gate. */
  urgent?: boolean;
  succeed: (result: RequestResult<M>) => void;
  fail: (error: CrosspointClientError) => void;
}

/** A request that is not sent yet, or not answered. */
export interface WaitingRequest {
  readonly id: number;
  readonly method: Method;
  readonly text: string;
  /** Sent without waiting for the gate. */
  readonly urgent: boolean;
  /** Its repetition in another session does no harm. */
  readonly repeatable: boolean;
  /** On the present connection. */
  sent: boolean;
  /** It was sent on an earlier connection, and may have been carried out. */
  uncertain: boolean;
  rateRetries: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: CrosspointClientError) => void;
}

export interface AddedRequest extends Pick<WaitingRequest, 'method' | 'urgent' | 'succeed' | 'fail'> {
  params: object;
}

/** How long a server that refused a request for its rate wants to be left alone. */
export function retryAfterMs(data: unknown): number {
  const given = typeof data === 'object' && data !== null && 'retryAfterMs' in data ? data.retryAfterMs : undefined;
  return Math.min(typeof given === 'number' && given >= 0 ? given : defaultRetryAfterMs, maxRetryAfterMs);
}

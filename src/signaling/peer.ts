import type { SessionErrorCode } from '../protocol/error-codes.ts';
import type { Session } from './rooms/session.ts';
import type { Outbox } from './wire/outbox.ts';

export interface DisconnectOptions {
  /** Replaces the table's sentence. */
  message?: string;
  retryAfterMs?: number;
  /** Replaces the table's close code. */
  closeCode?: number;
}

/** A connection as sessions and handlers see it: something to send to, and to send away. */
export interface Peer {
  readonly outbox: Outbox;
  readonly closed: boolean;
  /** When something came last, by the monotonic clock. */
  readonly heardAtMs: number;
  /** Address of the client, as far as it can be known. */
  readonly address: string;
  /** The session that this connection has joined. */
  session: Session | undefined;
  /** Says why, and closes. What becomes of the session follows from the code's action. */
  disconnect(code: SessionErrorCode, options?: DisconnectOptions): void;
}

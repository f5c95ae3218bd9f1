import { type ErrorCode, errorCodes, isErrorCode } from '../protocol/error-codes.ts';

/** Errors that arise in the client itself, beside those of the server's table. */
const localErrors = {
  connectionFailed: 'The server cannot be reached.',
  connectionLost:
    'The connection was lost before the server replied; whether the request was carried out is not known.',
  sessionLost: 'The session ended before the request could be carried out.',
  reconnectFailed: 'The server could not be reached again in time.',
  requestTimeout: 'The server did not reply in time.',
  queueFull: 'Too many requests are waiting for the server.',
  left: 'The room has been left.',
  invalidState: 'This cannot be done now.',
  invalidReply: 'The server’s reply does not match the protocol.',
  unsupported: 'This environment has no WebRTC.',
  negotiationFailed: 'The browser could not apply a session description.',
} as const;

export type LocalErrorCode = keyof typeof localErrors;

/** A code of the server's table, one of the client's own, or one that a newer server knows. */
export type ClientErrorCode = ErrorCode | LocalErrorCode | (string & {});

export interface ClientErrorOptions {
  message?: string;
  /** The server's details, for instance `retryAfterMs`. */
  data?: unknown;
  cause?: unknown;
}

/** Every promise and event of the client fails with this. */
export class CrosspointClientError extends Error {
  readonly code: ClientErrorCode;
  readonly data: unknown;
  /** `request`: that request failed and changed nothing. `session`: the session has ended. */
  readonly consequence: 'request' | 'session';

  constructor(code: ClientErrorCode, options: ClientErrorOptions = {}) {
    super(options.message ?? messageOf(code), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CrosspointClientError';
    this.code = code;
    this.data = options.data;
    this.consequence = isErrorCode(code) ? errorCodes[code].consequence : 'request';
  }
}

export function toClientError(error: unknown, code: LocalErrorCode): CrosspointClientError {
  return error instanceof CrosspointClientError ? error : new CrosspointClientError(code, { cause: error });
}

function messageOf(code: ClientErrorCode): string {
  if (isErrorCode(code)) return errorCodes[code].message;
  return code in localErrors ? localErrors[code as LocalErrorCode] : `The server reported ${code}.`;
}

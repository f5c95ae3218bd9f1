import { type ErrorCode, type ErrorDefinition, errorCodes } from '../protocol/error-codes.ts';

export interface CrosspointErrorOptions {
  /** Replaces the table's sentence; must hold no secret, it goes to the client. */
  message?: string;
  /** Machine-readable details for the client. */
  data?: unknown;
  /** What led to it, for the log only. */
  cause?: unknown;
}

/** The one error that a client can be shown: a code of the table, a public message and optional details. */
export class CrosspointError extends Error {
  readonly code: ErrorCode;
  readonly data: unknown;

  constructor(code: ErrorCode, options: CrosspointErrorOptions = {}) {
    super(
      options.message ?? errorCodes[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'CrosspointError';
    this.code = code;
    this.data = options.data;
  }

  get definition(): ErrorDefinition {
    return errorCodes[this.code];
  }
}

/** Gives an error from anywhere the form a client may see; what is not ours becomes `internalError`. */
export function toCrosspointError(error: unknown): CrosspointError {
  return error instanceof CrosspointError ? error : new CrosspointError('internalError', { cause: error });
}

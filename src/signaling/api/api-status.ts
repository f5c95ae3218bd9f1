import type { ErrorCode } from '../../protocol/error-codes.ts';

/** HTTP statuses of codes that the API answers with; what is not named is a bad request. */
const statuses: Partial<Record<ErrorCode, number>> = {
  unauthorized: 401,
  forbidden: 403,
  unknownMethod: 404,
  roomNotFound: 404,
  participantNotFound: 404,
  trackNotFound: 404,
  messageNotFound: 404,
  roomExists: 409,
  roomFull: 409,
  mailboxFull: 409,
  identityRequired: 409,
  messageTooLarge: 413,
  rateLimited: 429,
  internalError: 500,
  serverFull: 503,
  serverDraining: 503,
  mediaUnavailable: 503,
};

export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 400;
}

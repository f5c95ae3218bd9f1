import { type DisconnectAction, type ErrorDefinition, errorCodes } from '../../protocol/error-codes.ts';
import type { ClientErrorCode, CrosspointClientError } from '../client-error.ts';

/** Why a connection ended and what to do next: from the `disconnect` event, else from the close code. */
export interface Farewell {
  code: ClientErrorCode;
  message: string;
  action: DisconnectAction;
  retryAfterMs?: number | undefined;
}

const byCloseCode = new Map<number, Farewell>(
  Object.entries<ErrorDefinition>(errorCodes).flatMap(([code, { closeCode, message, action }]) =>
    closeCode === undefined || action === undefined ? [] : [[closeCode, { code, message, action }]],
  ),
);

/** Reads a close code; a connection that just broke is resumed. */
export function farewellOf(closeCode: number): Farewell {
  return (
    byCloseCode.get(closeCode) ?? { code: 'connectionLost', message: 'The connection was lost.', action: 'resume' }
  );
}

/** A refusal to join that passes: like a lost connection, after the time that the server asks for. */
export function passingRefusalOf({ code, message, data }: CrosspointClientError): Farewell {
  const asked = typeof data === 'object' && data !== null && 'retryAfterMs' in data ? data.retryAfterMs : undefined;
  return { code, message, action: 'resume', retryAfterMs: typeof asked === 'number' && asked > 0 ? asked : undefined };
}

export const failedToConnect: Farewell = {
  code: 'connectionFailed',
  message: 'The server cannot be reached.',
  action: 'rejoin',
};

export const failedToReconnect: Farewell = {
  code: 'reconnectFailed',
  message: 'The server could not be reached again in time.',
  action: 'rejoin',
};

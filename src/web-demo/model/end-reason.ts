import type { ClientErrorCode, DisconnectAction } from '../../client/index.ts';

type EndKind =
  | 'Left'
  | 'Removed'
  | 'Closed'
  | 'Replaced'
  | 'Shutdown'
  | 'Gone'
  | 'Full'
  | 'ServerFull'
  | 'Unauthorized'
  | 'Failed';

/** Why the call ended, or never began, and what can be done. */
export interface EndReason {
  readonly kind: EndKind;
  readonly code: string;
  readonly canRejoin: boolean;
}

const kinds: Readonly<Record<string, EndKind>> = {
  left: 'Left',
  removed: 'Removed',
  banned: 'Removed',
  revoked: 'Removed',
  tokenExpired: 'Unauthorized',
  roomClosed: 'Closed',
  sessionReplaced: 'Replaced',
  serverShutdown: 'Shutdown',
  connectionFailed: 'Gone',
  connectionLost: 'Gone',
  reconnectFailed: 'Gone',
  sessionLost: 'Gone',
  requestTimeout: 'Gone',
  heartbeatTimeout: 'Gone',
  roomFull: 'Full',
  serverFull: 'ServerFull',
  serverDraining: 'Shutdown',
  unauthorized: 'Unauthorized',
  forbidden: 'Unauthorized',
};

/** Puts an error code into one of the few situations that a person can tell apart. */
export function endReason(code: ClientErrorCode, action: DisconnectAction = 'rejoin'): EndReason {
  const kind = kinds[code] ?? 'Failed';
  const isFinal = kind === 'Removed' || kind === 'Unauthorized' || (action === 'giveUp' && kind === 'Failed');
  return { kind, code, canRejoin: !isFinal };
}

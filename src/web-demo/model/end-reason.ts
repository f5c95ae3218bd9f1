import type { ClientErrorCode, DisconnectAction } from '../../client/index.ts';
import type { TokenProblem } from './access-token.ts';

type EndKind =
  | 'Left'
  | 'Removed'
  | 'TurnedAway'
  | 'Banned'
  | 'Revoked'
  | 'Closed'
  | 'Locked'
  | 'NotOpen'
  | 'Replaced'
  | 'Shutdown'
  | 'Gone'
  | 'Full'
  | 'ServerFull'
  | 'TooMany'
  | 'Unauthorized'
  | 'TokenExpired'
  | 'TokenOtherRoom'
  | 'TokenInvalid'
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
  banned: 'Banned',
  revoked: 'Revoked',
  tokenExpired: 'TokenExpired',
  roomClosed: 'Closed',
  roomLocked: 'Locked',
  roomNotFound: 'NotOpen',
  // The only thing that a join may lack permission for is to open the room.
  forbidden: 'NotOpen',
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
  rateLimited: 'TooMany',
  rateLimitExceeded: 'TooMany',
  tooManyRooms: 'TooMany',
  unauthorized: 'Unauthorized',
};

const tokenKinds = {
  missing: 'Unauthorized',
  expired: 'TokenExpired',
  otherRoom: 'TokenOtherRoom',
  invalid: 'TokenInvalid',
} as const satisfies Record<TokenProblem, EndKind>;

/** Coming back at once would meet the same answer, or somebody's decision. */
const finalKinds: readonly EndKind[] = [
  'Removed',
  'TurnedAway',
  'Banned',
  'Revoked',
  'Closed',
  'Unauthorized',
  'TokenExpired',
  'TokenOtherRoom',
  'TokenInvalid',
];

export interface EndOptions {
  readonly action?: DisconnectAction;
  /** Before the room's door: who is removed there was never in. */
  readonly wasWaiting?: boolean;
  readonly tokenProblem?: TokenProblem;
}

/** Puts an error code into one of the few situations that a person can tell apart. */
export function endReason(code: ClientErrorCode, options: EndOptions = {}): EndReason {
  const kind = kindOf(code, options);
  const isFinal = finalKinds.includes(kind) || (options.action === 'giveUp' && kind === 'Failed');
  return { kind, code, canRejoin: !isFinal };
}

function kindOf(code: ClientErrorCode, { wasWaiting, tokenProblem }: EndOptions): EndKind {
  if (code === 'removed' && wasWaiting) return 'TurnedAway';
  if (code === 'unauthorized' && tokenProblem) return tokenKinds[tokenProblem];
  return kinds[code] ?? 'Failed';
}

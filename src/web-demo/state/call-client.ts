import type { CrosspointClient } from '../../client/index.ts';

/** What the demo uses of the client; the preview page puts an imitation in its place. */
export type CallClient = Pick<
  CrosspointClient,
  | 'state'
  | 'self'
  | 'room'
  | 'grants'
  | 'accessExpiresAt'
  | 'participants'
  | 'waitingParticipants'
  | 'on'
  | 'join'
  | 'leave'
  | 'refreshToken'
  | 'publish'
  | 'subscribe'
  | 'sendMessage'
  | 'getStats'
  | 'muteOther'
  | 'removeParticipant'
  | 'ban'
  | 'admit'
  | 'updateRoom'
  | 'endRoom'
>;

export type CreateClient = () => CallClient;

/** What a client does after its session has ended with an error. */
export type DisconnectAction = 'resume' | 'rejoin' | 'giveUp';

export interface ErrorDefinition {
  /** The public sentence that goes with the code when nothing more precise is known. */
  readonly message: string;
  /** `request`: that request failed and changed nothing. `session`: the session ends. */
  readonly consequence: 'request' | 'session';
  /** WebSocket close code, for codes that end the session. */
  readonly closeCode?: number;
  /** What the client should do next, for codes that end the session. */
  readonly action?: DisconnectAction;
}

/** The literal types let `SessionErrorCode` tell the two kinds apart. */
const failsRequest = (message: string) => ({ message, consequence: 'request' }) as const;
const endsSession = (message: string, closeCode: number, action: DisconnectAction) =>
  ({ message, consequence: 'session', closeCode, action }) as const;

/** Every error a client can see, with its consequence. Documentation and types come from this table. */
export const errorCodes = {
  malformedMessage: failsRequest('The message is not a JSON-RPC request object.'),
  requestIdReused: failsRequest('The id was used for another request of this session a short while ago.'),
  unknownMethod: failsRequest('There is no such method.'),
  invalidParams: failsRequest('The parameters do not match the schema of the method.'),
  notJoined: failsRequest('This request needs a joined session; send join first.'),
  alreadyJoined: failsRequest('This connection has already joined a room.'),
  unauthorized: failsRequest('The token is missing, invalid, expired or not valid for this room.'),
  forbidden: failsRequest('The session has no permission for this.'),
  banned: failsRequest('The participant was banned from this room.'),
  roomLocked: failsRequest('The room is locked; nobody new comes in.'),
  notAdmitted: failsRequest('A moderator has not admitted the session to the room yet.'),
  roomNotFound: failsRequest('There is no such room.'),
  roomExists: failsRequest('There is a room of that name already.'),
  tooManyRooms: failsRequest('The identity or address has opened its number of rooms.'),
  roomFull: failsRequest('The room has reached its number of participants.'),
  serverFull: failsRequest('The server has reached its number of rooms or sessions.'),
  serverDraining: failsRequest('The server is about to stop and takes no new rooms.'),
  sessionNotFound: failsRequest('The session to resume has ended; join anew.'),
  participantNotFound: failsRequest('There is no such participant in the room.'),
  trackNotFound: failsRequest('There is no such track in the room.'),
  messageNotFound: failsRequest('There is no such message, or it is no longer remembered.'),
  connectionNotFound: failsRequest('That peer connection has not been negotiated yet.'),
  invalidSdp: failsRequest('The session description cannot be used.'),
  invalidCandidate: failsRequest('The candidate cannot be parsed.'),
  staleNegotiation: failsRequest('The answer belongs to an offer that has been superseded.'),
  tooManyTracks: failsRequest('The participant has reached its number of tracks.'),
  unsupportedCodec: failsRequest('No codec is common to the sender, the room and the receiver.'),
  mediaUnavailable: failsRequest('The media worker is being replaced; negotiate again when told to.'),
  messageTooLarge: failsRequest('The message body exceeds the announced size.'),
  identityRequired: failsRequest('Acknowledged messages need an identity, which an access token gives.'),
  mailboxFull: failsRequest('The mailbox is full.'),
  rateLimited: failsRequest('Too many requests; slow down.'),
  internalError: failsRequest('The server failed to handle the request.'),

  protocolError: endsSession('The peer does not speak the protocol.', 4400, 'giveUp'),
  joinTimeout: endsSession('No join arrived in time.', 4408, 'giveUp'),
  heartbeatTimeout: endsSession('Nothing was heard from the client within the heartbeat timeout.', 4409, 'resume'),
  frameTooLarge: endsSession('A frame exceeded the announced size.', 1009, 'rejoin'),
  slowConsumer: endsSession('The client did not read fast enough and its send queue overflowed.', 4413, 'resume'),
  rateLimitExceeded: endsSession('The client kept exceeding the rate limit after being warned.', 4429, 'rejoin'),
  sessionReplaced: endsSession('The session was resumed on another connection.', 4410, 'giveUp'),
  tokenExpired: endsSession('The access token has expired and was not refreshed.', 4401, 'giveUp'),
  revoked: endsSession('The identity’s access was revoked.', 4402, 'giveUp'),
  removed: endsSession('The participant was removed from the room.', 4403, 'giveUp'),
  roomClosed: endsSession('The room was closed.', 4404, 'giveUp'),
  serverShutdown: endsSession('The server is shutting down.', 4503, 'rejoin'),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorCodes;
export type SessionErrorCode = {
  [Code in ErrorCode]: (typeof errorCodes)[Code]['consequence'] extends 'session' ? Code : never;
}[ErrorCode];

const allCodes = Object.keys(errorCodes);

/** Tells whether a string from outside is a code of the table. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && allCodes.includes(value);
}

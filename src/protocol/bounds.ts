/**
 * The sizes that are part of the protocol itself: a client can rely on them and the schemas enforce them. What an
 * operator may tune lives in `shared/limits.ts`.
 */
export const bounds = {
  /** Room names stand in URLs and logs. */
  roomNameChars: 128,
  /** Long enough for any person's name, short enough to draw. */
  participantNameChars: 128,
  /** Ids are made by the server (participants, tracks) or by clients (requests, messages). */
  idChars: 64,
  /** A type is a name of the application's, not a payload. */
  messageTypeChars: 64,
  /** Keys of a participant's or a track's metadata. */
  metadataEntries: 32,
  metadataKeyChars: 64,
  metadataValueChars: 1024,
  /** Ids that the application gives to people: often UUIDs, e-mail addresses or database keys. */
  identityChars: 128,
  /** A signed token with grants; JWTs beyond this do not fit into HTTP headers either. */
  tokenChars: 8192,
  /** A browser's offer with fifty m-lines is about 200 kB; what is longer is not a call. */
  sdpChars: 262_144,
  /** The longest real candidate line has about 250 characters. */
  candidateChars: 1024,
  /** One offer describes at most this many tracks. */
  tracksPerOffer: 64,
  /** One subscribe or unsubscribe names at most this many tracks: a page of tiles and their audio. */
  tracksPerRequest: 256,
  /** One receipt acknowledges at most this many: more than are ever on their way. */
  ordinalsPerReceipt: 256,
  /** Requests that a client may have unanswered at a time and still send again safely. */
  unansweredRequests: 64,
  /** Seconds an acknowledged message may be kept: three months. A server may allow less. */
  messageTtlSeconds: 7_776_000,
  /** Pixels; no screen is larger. */
  pixels: 16_384,
} as const;

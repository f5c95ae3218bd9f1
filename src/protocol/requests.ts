import { z } from 'zod';
import { bounds } from './bounds.ts';
import { grants } from './grants.ts';
import {
  announcedLimits,
  heartbeat,
  iceServer,
  identity,
  messageId,
  metadata,
  mid,
  ordinal,
  participant,
  participantId,
  participantName,
  roomName,
  roomState,
  serverConnection,
  sessionId,
  trackId,
  trackSource,
  waitingParticipant,
} from './models.ts';

const nothing = z.object({}).describe('Nothing.');
const sdp = z
  .string()
  .min(1)
  .max(bounds.sdpChars)
  .describe('A session description (RFC 8866), as the browser gives it.');
const relayedSdp = z.string().max(bounds.sdpChars).describe('Passed on as it is; the server does not look inside.');
const to = participantId.describe('The participant to pass this on to.');

const join = {
  summary: 'Enters a room. The first request on a connection; others may follow without waiting for its reply.',
  params: z.object({
    room: roomName,
    name: participantName.default(''),
    metadata: metadata.default({}),
    token: z.string().max(bounds.tokenChars).optional().describe('Access token, where the server asks for one.'),
    subscribe: z
      .enum(['auto', 'manual'])
      .default('auto')
      .describe('`auto`: receive every track of the room. `manual`: only those named in `subscribe`.'),
    resume: z
      .object({
        session: sessionId,
        token: z.string().max(bounds.idChars).describe('The `resumeToken` of the join reply.'),
        seq: z.number().int().min(0).describe('The highest `seq` received.'),
      })
      .optional()
      .describe('Continue an earlier session instead of starting a new one.'),
  }),
  result: z.object({
    session: sessionId,
    resumeToken: z.string().describe('Secret; needed to resume the session.'),
    resumed: z.boolean().describe('True when the earlier session goes on; missed events follow.'),
    seq: z.number().int().describe('Sequence number of the last event before this reply; the next event has one more.'),
    waiting: z
      .boolean()
      .optional()
      .describe(
        'True when a moderator has to admit you first: `participants` is empty, everything but `ping`, `leave` and `refreshToken` fails with `notAdmitted`, and the event `admitted` follows, or `disconnect`.',
      ),
    room: roomState,
    grants,
    expiresAt: z
      .number()
      .int()
      .optional()
      .describe('When the token expires, in milliseconds since 1970; the session ends then, unless it is refreshed.'),
    participant: participant.describe('Yourself.'),
    participants: z.array(participant).describe('Everyone else in the room, with their tracks.'),
    waitingParticipants: z
      .array(waitingParticipant)
      .optional()
      .describe('Who waits to be admitted; only for moderators, and only when somebody does.'),
    iceServers: z.array(iceServer).describe('STUN and TURN servers with short-lived credentials.'),
    heartbeat,
    limits: announcedLimits,
  }),
};

const leave = {
  summary: 'Leaves the room and ends the session at once.',
  params: z.object({}),
  result: nothing,
};

const ping = {
  summary: 'Keeps the session alive and measures the round trip, for clients without WebSocket ping frames.',
  params: z.object({}),
  result: z.object({ now: z.number().int().describe('Milliseconds since 1970, by the server’s clock.') }),
};

const update = {
  summary: 'Changes your own name or metadata; metadata is replaced as a whole.',
  params: z.object({ name: participantName.optional(), metadata: metadata.optional() }),
  result: nothing,
};

const offer = {
  summary:
    'Offers media. With `connection: "publish"` the reply holds the server’s answer; with `to` it is passed on to that participant.',
  params: z.union([
    z.object({
      connection: z.literal('publish'),
      sdp,
      tracks: z
        .array(
          z.object({
            mid,
            source: trackSource,
            muted: z.boolean().default(false),
            width: z
              .number()
              .int()
              .min(1)
              .max(bounds.pixels)
              .optional()
              .describe('Width of the best encoding, in pixels; with it the server chooses simulcast layers exactly.'),
            height: z.number().int().min(1).max(bounds.pixels).optional().describe('Height of the best encoding.'),
            metadata: metadata.optional(),
          }),
        )
        .max(bounds.tracksPerOffer)
        .describe(
          'One entry for each m-section that sends; a section without an entry gets the usual source of its kind.',
        ),
    }),
    z.object({ to, sdp: relayedSdp }),
  ]),
  result: z.object({
    sdp: z.string().optional().describe('The server’s answer (only for `connection: "publish"`).'),
    tracks: z
      .array(
        z.object({
          mid,
          track: trackId.optional().describe('Present when the section was accepted.'),
          error: z.string().optional().describe('Error code when the section was refused.'),
        }),
      )
      .optional()
      .describe('What became of each sending section (only for `connection: "publish"`).'),
  }),
};

const answer = {
  summary: 'Answers an offer: that of an `offer` event for `subscribe`, or that of a participant.',
  params: z.union([
    z.object({
      connection: z.literal('subscribe'),
      negotiation: z.number().int().describe('The `negotiation` of the offer that this answers.'),
      sdp,
    }),
    z.object({ to, sdp: relayedSdp }),
  ]),
  result: nothing,
};

const candidateInit = z
  .object({
    candidate: z.string().max(bounds.candidateChars),
    sdpMid: z.string().max(bounds.idChars).nullish(),
    sdpMLineIndex: z.number().int().min(0).nullish(),
    usernameFragment: z.string().max(256).nullish(),
  })
  .describe('As an RTCIceCandidateInit; an empty candidate means the end of candidates.');

const candidate = {
  summary: 'Trickles an ICE candidate, to the server (accepted but not needed: it is ICE-lite) or to a participant.',
  params: z.union([
    z.object({ connection: serverConnection, candidate: candidateInit }),
    z.object({ to, candidate: candidateInit }),
  ]),
  result: nothing,
};

const restartIce = {
  summary:
    'Asks for new ICE credentials of the subscribe connection; an `offer` event follows. A publish connection is restarted by an offer with new credentials; an offer from another peer connection replaces it.',
  params: z.object({
    connection: serverConnection,
    fresh: z
      .boolean()
      .default(false)
      .describe('Start over: the server forgets the peer connection, and you make a new one for the next offer.'),
  }),
  result: nothing,
};

const mute = {
  summary: 'Marks an own track as muted, or as live again. The server forwards nothing of a muted track.',
  params: z.object({ track: trackId, muted: z.boolean() }),
  result: nothing,
};

const unpublish = {
  summary: 'Ends an own track at once; the next offer may leave its m-section inactive.',
  params: z.object({ track: trackId }),
  result: nothing,
};

const subscribe = {
  summary: 'Asks for tracks, or changes how they are wanted. May be repeated as tiles are resized.',
  params: z.object({
    tracks: z
      .array(
        z.object({
          track: trackId,
          width: z.number().int().min(1).max(bounds.pixels).optional().describe('Width shown, in device pixels.'),
          height: z.number().int().min(1).max(bounds.pixels).optional().describe('Height shown, in device pixels.'),
          priority: z
            .number()
            .int()
            .min(1)
            .max(255)
            .optional()
            .describe('Who gets bandwidth first when it is short; 255 is the most important.'),
          paused: z.boolean().optional().describe('True while the track is not shown; nothing is sent then.'),
        }),
      )
      .max(bounds.tracksPerRequest),
  }),
  result: nothing,
};

const unsubscribe = {
  summary: 'Ends the reception of tracks.',
  params: z.object({ tracks: z.array(trackId).max(bounds.tracksPerRequest) }),
  result: nothing,
};

const message = {
  summary: 'Sends an application’s message to the room, to one participant, or to a user on all of their devices.',
  params: z.object({
    to: participantId.optional().describe('Only this participant; everyone else in the room when absent.'),
    toUser: identity.optional().describe('Instead of `to`: everyone in the room with this identity.'),
    type: z
      .string()
      .max(bounds.messageTypeChars)
      .default('')
      .describe('The application’s name for this kind of message.'),
    id: messageId
      .optional()
      .describe('Your own id for it. A message with an id that you used before is not sent again.'),
    acknowledge: z
      .boolean()
      .optional()
      .describe(
        'Keep it for each user it is for until they acknowledge it, and tell you. Needs `id`, and an identity on both sides.',
      ),
    ttlSeconds: z
      .number()
      .int()
      .min(1)
      .max(bounds.messageTtlSeconds)
      .optional()
      .describe('How long an acknowledged message is kept.'),
    body: z
      .unknown()
      .describe('Any JSON value, or bytes. Put it last and the server passes it on without writing it anew.'),
  }),
  result: z.object({
    recipients: z.number().int().describe('Number of sessions it was queued for.'),
    status: z
      .enum(['sent', 'stored', 'duplicate'])
      .default('sent')
      .describe(
        '`sent`: passed on to who is here. `stored`: it will reach every user it is for, or you will be told. `duplicate`: the id was used before, nothing was done.',
      ),
    full: z
      .array(identity)
      .optional()
      .describe('An acknowledged message to the room: users whose mailbox is full and who do not get it.'),
  }),
};

const receipt = {
  summary: 'Acknowledges what came with an `ordinal`: it has arrived, or has been read. May be repeated.',
  params: z.object({
    ordinals: z.array(ordinal).min(1).max(bounds.ordinalsPerReceipt).describe('Unknown ones are passed over.'),
    status: z
      .enum(['delivered', 'read'])
      .default('delivered')
      .describe('What the sender of a message is told. `read` may follow `delivered` while the id is remembered.'),
  }),
  result: nothing,
};

const refreshToken = {
  summary:
    'Goes on with a new access token before the old one expires. It must name the same identity and this room. Grants change with it, but for `subscribe`, `hidden` and `recorder`: join anew for those.',
  params: z.object({ token: z.string().min(1).max(bounds.tokenChars).describe('The new access token.') }),
  result: z.object({
    grants,
    expiresAt: z.number().int().optional().describe('When it expires, in milliseconds since 1970.'),
  }),
};

const moderated = participantId.describe('The participant it is about.');

const muteOther = {
  summary:
    'Mutes somebody’s track, for who may moderate. The publisher gets `trackUpdated` too and may unmute it; nobody can be unmuted by others.',
  params: z.object({ participant: moderated, track: trackId }),
  result: nothing,
};

const remove = {
  summary: 'Ends somebody’s session with `removed`, for who may moderate; also of one who waits to be admitted.',
  params: z.object({ participant: moderated }),
  result: nothing,
};

const ban = {
  summary:
    'Removes somebody and keeps them out for as long as the room exists, for who may moderate: by identity, or by network address where there is none.',
  params: z.object({ participant: moderated }),
  result: nothing,
};

const admit = {
  summary: 'Lets in somebody who waits, for who may moderate.',
  params: z.object({ participant: moderated }),
  result: nothing,
};

const updateRoom = {
  summary:
    'Locks or unlocks the room, or turns its waiting room on or off, for who may moderate. Turning it off admits all who wait.',
  params: z.object({ locked: z.boolean().optional(), waitingRoom: z.boolean().optional() }),
  result: nothing,
};

const endRoom = {
  summary: 'Ends the room: every session in it ends with `roomClosed`, the own one too. For who may moderate.',
  params: z.object({}),
  result: nothing,
};

/** Every request that a client can make: the one definition of parameters and results. */
export const requests = {
  join,
  leave,
  ping,
  update,
  offer,
  answer,
  candidate,
  restartIce,
  mute,
  unpublish,
  subscribe,
  unsubscribe,
  message,
  receipt,
  refreshToken,
  muteOther,
  remove,
  ban,
  admit,
  updateRoom,
  endRoom,
} as const;

type Requests = typeof requests;
export type Method = keyof Requests;
/** Parameters as a handler receives them: validated, with defaults filled in. */
export type RequestParams<M extends Method> = z.output<Requests[M]['params']>;
/** Parameters as a client writes them. */
export type RequestInput<M extends Method> = z.input<Requests[M]['params']>;
export type RequestResult<M extends Method> = z.output<Requests[M]['result']>;

import { z } from 'zod';
import {
  disconnectAction,
  identity,
  layer,
  messageId,
  metadata,
  mid,
  ordinal,
  participant,
  participantId,
  participantName,
  roomState,
  serverConnection,
  track,
  trackId,
  waitingParticipant,
} from './models.ts';

const from = participantId.describe('The participant it comes from.');

const participantJoined = {
  summary: 'Someone entered the room.',
  params: z.object({ participant }),
};

const participantUpdated = {
  summary: 'Someone’s name, metadata or connection state changed; only what changed is present.',
  params: z.object({
    participant: participantId,
    name: participantName.optional(),
    metadata: metadata.optional(),
    state: z.enum(['connected', 'reconnecting']).optional(),
  }),
};

const participantLeft = {
  summary: 'Someone left the room; their tracks are gone with them.',
  params: z.object({
    participant: participantId,
    reason: z.enum(['left', 'timeout', 'removed']).describe('`timeout`: the connection was lost and not resumed.'),
  }),
};

const trackPublished = {
  summary: 'Someone else published a track.',
  params: z.object({ participant: participantId, track }),
};

const trackUpdated = {
  summary: 'A track was muted or unmuted; also sent to its publisher when a moderator muted it.',
  params: z.object({ participant: participantId, track: trackId, muted: z.boolean() }),
};

const trackUnpublished = {
  summary: 'A track has ended; also sent to its publisher when the server ended it.',
  params: z.object({ participant: participantId, track: trackId }),
};

const roomUpdated = {
  summary:
    'The room was locked or unlocked, its waiting room or a recording began or ended; only what changed is present.',
  params: roomState.pick({ locked: true, waitingRoom: true, recording: true }),
};

const admitted = {
  summary: 'A moderator let you in: the state of the room as it is now. Events of the room follow from here on.',
  params: z.object({
    room: roomState,
    participants: z.array(participant).describe('Everyone else in the room, with their tracks.'),
  }),
};

const participantWaiting = {
  summary: 'Somebody waits to be admitted; sent to moderators only.',
  params: z.object({ participant: waitingParticipant }),
};

const waitingEnded = {
  summary: 'Somebody waits no longer; sent to moderators only.',
  params: z.object({
    participant: participantId,
    outcome: z.enum(['admitted', 'removed', 'left']).describe('`left`: gave up, or the connection was lost.'),
  }),
};

const offer = {
  summary: 'The server offers the tracks you receive, or a participant offers a connection of its own.',
  params: z.union([
    z.object({
      connection: z.literal('subscribe'),
      negotiation: z.number().int().describe('Repeat it in the answer.'),
      sdp: z.string(),
      tracks: z
        .array(z.object({ mid, track: trackId, participant: participantId }))
        .describe('Which track each m-section carries now; sections not named are idle.'),
    }),
    z.object({ from, sdp: z.string() }),
  ]),
};

const answer = {
  summary: 'A participant answers your relayed offer.',
  params: z.object({ from, sdp: z.string() }),
};

const candidate = {
  summary: 'A participant’s ICE candidate.',
  params: z.object({ from, candidate: z.unknown() }),
};

const message = {
  summary: 'An application’s message.',
  params: z.object({
    from: participantId.describe('The participant it comes from; `server` for one sent through the HTTP API.'),
    to: participantId.optional().describe('Present when it was sent to you alone.'),
    toUser: identity.optional().describe('Present when it was sent to you on all of your devices.'),
    fromUser: identity
      .optional()
      .describe('Identity of the sender, who may have left; with an `ordinal` only, and not from `server`.'),
    id: messageId.optional().describe('The sender’s id, when it gave one.'),
    ordinal: ordinal.optional(),
    history: z.boolean().optional().describe('True for a message to the room from before you joined.'),
    type: z.string(),
    at: z.number().int().describe('Milliseconds since 1970, by the server’s clock.'),
    body: z.unknown(),
  }),
};

const receipt = {
  summary: 'What became of an acknowledged message of yours with one user.',
  params: z.object({
    ordinal,
    id: messageId,
    by: identity.describe('The user it was for.'),
    status: z
      .enum(['delivered', 'read', 'expired'])
      .describe('`expired`: its time ran out before they acknowledged it.'),
    at: z.number().int().describe('Milliseconds since 1970, by the server’s clock.'),
  }),
};

const speakers = {
  summary: 'Who is speaking now, loudest first; an empty list when nobody is. Yourself included.',
  params: z.object({
    speakers: z.array(
      z.object({
        participant: participantId,
        level: z.number().min(0).max(1).describe('Loudness, 1 is full scale.'),
      }),
    ),
  }),
};

const quality = {
  summary: 'How well media of participants reaches you, and yours the server; sent on change.',
  params: z.object({
    participants: z.array(
      z.object({
        participant: participantId,
        score: z.number().int().min(0).max(10).describe('0 is lost, 10 is perfect.'),
        direction: z
          .enum(['send', 'receive'])
          .describe('`send` only for yourself: your media on its way to the server.'),
      }),
    ),
  }),
};

const subscription = {
  summary: 'What became of the reception of a track: which layers arrive, or why nothing does.',
  params: z.object({
    track: trackId,
    participant: participantId,
    state: z
      .enum(['active', 'paused', 'refused'])
      .describe('`refused`: your answer did not accept any codec that the track has.'),
    error: z.string().optional().describe('Error code, when refused.'),
    layer: layer.optional(),
  }),
};

const renegotiate = {
  summary:
    'The media path behind these connections is gone (a worker died): close them, make new ones and offer again. Track ids published before are void.',
  params: z.object({ connections: z.array(serverConnection) }),
};

const draining = {
  summary: 'The server will stop: rooms that are open may go on until the deadline, new ones are refused.',
  params: z.object({
    deadline: z
      .number()
      .int()
      .describe(
        'When everybody is disconnected with `serverShutdown`; milliseconds since 1970, by the server’s clock.',
      ),
  }),
};

const disconnect = {
  summary:
    'The last event on a connection: the server closes it afterwards. Not part of the sequence, its `seq` is 0; never sent again.',
  params: z.object({
    code: z.string().describe('A code of the error table.'),
    message: z.string(),
    action: disconnectAction,
    retryAfterMs: z.number().int().optional().describe('Wait at least this long before coming back.'),
  }),
};

/** Every event that the server sends: the one definition of their parameters. */
export const events = {
  participantJoined,
  participantUpdated,
  participantLeft,
  trackPublished,
  trackUpdated,
  trackUnpublished,
  roomUpdated,
  admitted,
  participantWaiting,
  waitingEnded,
  offer,
  answer,
  candidate,
  message,
  receipt,
  speakers,
  quality,
  subscription,
  renegotiate,
  draining,
  disconnect,
} as const;

type Events = typeof events;
export type EventName = keyof Events;
export type EventParams<E extends EventName> = z.output<Events[E]['params']>;

import { z } from 'zod';
import { bounds } from './bounds.ts';

const id = (description: string) => z.string().min(1).max(bounds.idChars).describe(description);

export const participantId = id('Id of a participant, unique in its room.');
export const trackId = id('Id of a published track, unique in its room.');
export const messageId = id('The sender’s own id of a message.');
export const ordinal = z
  .number()
  .int()
  .min(0)
  .describe('Names what waits in your mailbox; acknowledge it with `receipt`, or it comes again after the next join.');
export const sessionId = id('Id of a session.');
export const mid = z.string().min(1).max(bounds.idChars).describe('The m-section’s mid in the SDP.');

export const roomName = z
  .string()
  .min(1)
  .max(bounds.roomNameChars)
  .regex(/^[^\p{Cc}]+$/u, 'must not contain control characters')
  .describe('Name of the room; it is created by the first join and closed when empty.');

export const identity = z
  .string()
  .min(1)
  .max(bounds.identityChars)
  .describe('Who the access token says it is; several participants may share it. Absent without a personal token.');

export const participantName = z
  .string()
  .max(bounds.participantNameChars)
  .describe('Name shown to the others; need not be unique.');

export const metadata = z
  .record(z.string().min(1).max(bounds.metadataKeyChars), z.string().max(bounds.metadataValueChars))
  .refine((value) => Object.keys(value).length <= bounds.metadataEntries, {
    message: `must have at most ${bounds.metadataEntries} entries`,
  })
  .describe('Free key–value pairs of the application; the server never looks inside.');

const trackKind = z.enum(['audio', 'video']).describe('Kind of media.');
export const trackSource = z
  .enum(['microphone', 'camera', 'screen', 'screenAudio'])
  .describe('Where the media comes from.');

export const track = z
  .object({
    id: trackId,
    kind: trackKind,
    source: trackSource,
    muted: z.boolean().describe('True while the publisher sends nothing on purpose.'),
    codec: z.string().describe('MIME type of the codec in use, for instance `video/VP8`.'),
    simulcast: z.boolean().describe('True when several resolutions are published.'),
    metadata: metadata.optional(),
  })
  .describe('A published track.');

export const participant = z
  .object({
    id: participantId,
    identity: identity.optional(),
    name: participantName,
    metadata,
    state: z
      .enum(['connected', 'reconnecting'])
      .describe('`reconnecting` while the participant’s WebSocket is gone but its session is kept.'),
    joinedAt: z.number().int().describe('Milliseconds since 1970, by the server’s clock.'),
    tracks: z.array(track),
  })
  .describe('A participant with its published tracks.');

export const waitingParticipant = z
  .object({ id: participantId, identity: identity.optional(), name: participantName, metadata })
  .describe('Someone who waits to be admitted to the room.');

export const roomState = z
  .object({
    name: roomName,
    createdAt: z.number().int().describe('Milliseconds since 1970, by the server’s clock.'),
    locked: z.boolean().optional().describe('True while nobody new may come in.'),
    waitingRoom: z.boolean().optional().describe('True while newcomers wait until a moderator admits them.'),
    recording: z.boolean().optional().describe('True while a recorder is in the room.'),
  })
  .describe('What concerns the room as a whole.');

export const iceServer = z
  .object({
    urls: z.array(z.string()),
    username: z.string().optional(),
    credential: z.string().optional(),
  })
  .describe('As in the `iceServers` of an RTCConfiguration.');

export const heartbeat = z
  .object({
    intervalMs: z.number().int().describe('Send something, for instance `ping`, at least this often.'),
    timeoutMs: z.number().int().describe('Each side gives the other up after this long a silence.'),
  })
  .describe('The server also sends WebSocket pings at the same interval; answering those is enough.');

export const announcedLimits = z
  .object({
    maxFrameBytes: z.number().int().describe('Largest WebSocket message the server accepts.'),
    maxMessageBytes: z.number().int().describe('Largest `body` of a message, as UTF-8 JSON text.'),
    requestsPerSecond: z.number().int().describe('Sustained requests per second.'),
    requestBurst: z.number().int().describe('Requests that may come at once.'),
    maxTracks: z.number().int().describe('Tracks one participant may publish.'),
    maxParticipants: z.number().int().describe('Participants the room holds.'),
  })
  .describe('What this server accepts from this session.');

export const serverConnection = z
  .enum(['publish', 'subscribe'])
  .describe('`publish`: the client offers what it sends. `subscribe`: the server offers what the client receives.');

export const disconnectAction = z
  .enum(['resume', 'rejoin', 'giveUp'])
  .describe('What to do next: reconnect and resume the session, join anew, or stop.');

export const layer = z
  .object({
    spatial: z.number().int().describe('Spatial layer, 0 is the smallest.'),
    temporal: z.number().int().describe('Temporal layer, 0 is the slowest.'),
  })
  .describe('Layers that are being forwarded.');

export type Metadata = z.infer<typeof metadata>;
export type TrackKind = z.infer<typeof trackKind>;
export type TrackSource = z.infer<typeof trackSource>;
export type Track = z.infer<typeof track>;
export type WaitingParticipant = z.infer<typeof waitingParticipant>;
export type RoomState = z.infer<typeof roomState>;
export type Participant = z.infer<typeof participant>;
export type IceServer = z.infer<typeof iceServer>;
export type AnnouncedLimits = z.infer<typeof announcedLimits>;
export type ServerConnection = z.infer<typeof serverConnection>;

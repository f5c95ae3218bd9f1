import { z } from 'zod';
import { bounds } from '../../protocol/bounds.ts';
import { identity, messageId, participantId, roomName } from '../../protocol/models.ts';

const maxPage = 1_000;

/** A room to create. */
export const newRoom = z.strictObject({
  name: roomName,
  maxParticipants: z.int().min(1).max(10_000).optional(),
  locked: z.boolean().default(false),
  waitingRoom: z.boolean().default(false),
  /** How long the room lives while nobody is in it. */
  emptyTimeoutSeconds: z.int().min(1).max(86_400).optional(),
});

export const roomChange = z.strictObject({ locked: z.boolean().optional(), waitingRoom: z.boolean().optional() });

export const newMessage = z.strictObject({
  to: participantId.optional(),
  toUser: identity.optional(),
  id: messageId.optional(),
  /** Keep it for each user it is for until they acknowledge it. */
  acknowledge: z.boolean().default(false),
  ttlSeconds: z.int().min(1).max(bounds.messageTtlSeconds).optional(),
  type: z.string().max(bounds.messageTypeChars).default(''),
  body: z.unknown(),
});

export const revocation = z.strictObject({ identity });

export const page = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(maxPage).default(100),
});

export type NewRoom = z.output<typeof newRoom>;
export type NewMessage = z.output<typeof newMessage>;

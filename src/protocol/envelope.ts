import { z } from 'zod';
import { bounds } from './bounds.ts';

/** The WebSocket subprotocol of JSON text frames (RFC 6455, section 1.9). */
export const subprotocol = 'crosspoint.v1';

export const requestId = z
  .union([z.number().int(), z.string().min(1).max(bounds.idChars)])
  .describe('Chosen by the client; the reply repeats it.');

/** What a client sends. `params` is checked against the method's own schema afterwards. */
export const requestEnvelope = z.object({
  id: requestId
    .optional()
    .describe('Chosen by the client; the reply repeats it. Without it there is a reply only when the request fails.'),
  method: z.string().min(1).max(bounds.idChars),
  params: z.unknown().optional(),
});

const errorBody = z
  .object({
    code: z
      .string()
      .describe('A code of the error table; codes may be added, treat an unknown one by its consequence.'),
    message: z.string().describe('For people and logs, in English.'),
    data: z
      .unknown()
      .optional()
      .describe('Details: for `invalidParams` the list of problems, for `rateLimited` `retryAfterMs`.'),
    method: z.string().optional().describe('Which request failed, when it had no `id`.'),
  })
  .describe('Why a request failed.');

export const successReply = z.object({ id: requestId, result: z.unknown() });
export const errorReply = z.object({ id: requestId.nullable(), error: errorBody });
export const eventEnvelope = z.object({
  method: z.string(),
  params: z.unknown(),
  seq: z
    .number()
    .int()
    .describe('Counts the session’s events from 1, without gaps. `disconnect` stands outside of it and carries 0.'),
});

/** What a server sends: a reply, an error or an event, told apart by their keys. */
export const serverFrame = z.union([errorReply, eventEnvelope, successReply]);

export type Envelope = z.infer<typeof requestEnvelope>;
export type RequestId = z.infer<typeof requestId>;

import { z } from 'zod';
import { grants } from '../../protocol/grants.ts';
import { identity, metadata, participantName, roomName } from '../../protocol/models.ts';

/** A session's grants, and whether there may be one: who is in a room has been let in, so nobody else is told of it. */
const tokenGrants = grants.extend({
  join: z.boolean().default(true).describe('May enter the room; `false` is for tokens that servers use.'),
});

export type TokenGrants = z.input<typeof tokenGrants>;

/** Claims of an access token beside `exp` and `nbf`: a JWT (RFC 7519) whose `sub` is the identity. */
export const accessClaims = z.object({
  sub: identity,
  room: roomName.describe('The room the token is for; a trailing `*` stands for any ending.'),
  name: participantName.optional().describe('Name shown to the others; the client may not choose another.'),
  metadata: metadata.optional().describe('Metadata the participant starts with.'),
  grants: tokenGrants.prefault({}),
  link: z
    .boolean()
    .default(false)
    .describe('The token is part of a link that people pass on: it says nothing about who they are.'),
  iat: z.number().optional(),
  exp: z.number(),
});

export type AccessClaims = z.output<typeof accessClaims>;

/** Claims of a token for the HTTP API; `room`, where it is given, bounds what it is good for. */
export const adminClaims = z.object({
  room: roomName.default('*'),
  grants: z.object({ admin: z.literal(true) }),
  exp: z.number(),
});

export type AdminClaims = z.output<typeof adminClaims>;

/** Tells whether a token for `pattern` opens `room`; `*` is special only as the last character. */
export function roomMatches(pattern: string, room: string): boolean {
  return pattern.endsWith('*') ? room.startsWith(pattern.slice(0, -1)) : room === pattern;
}

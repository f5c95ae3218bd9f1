import { z } from 'zod';
import { bounds } from '../../protocol/bounds.ts';
import { grants } from '../../protocol/grants.ts';
import { metadata, participantName, roomName } from '../../protocol/models.ts';

/** Claims of an access token beside `exp` and `nbf`: a JWT (RFC 7519) whose `sub` is the identity. */
export const accessClaims = z.object({
  sub: z
    .string()
    .min(1)
    .max(bounds.idChars)
    .describe('Identity of the person or device; several sessions may share it.'),
  room: roomName.describe('The room the token is for; a trailing `*` stands for any ending.'),
  name: participantName.optional().describe('Name shown to the others; the client may not choose another.'),
  metadata: metadata.optional().describe('Metadata the participant starts with.'),
  grants: grants.prefault({}),
  iat: z.number().optional(),
  exp: z.number(),
});

export type AccessClaims = z.output<typeof accessClaims>;

/** Tells whether a token for `pattern` opens `room`; `*` is special only as the last character. */
export function roomMatches(pattern: string, room: string): boolean {
  return pattern.endsWith('*') ? room.startsWith(pattern.slice(0, -1)) : room === pattern;
}

import { createToken } from '../signaling/auth/create-token.ts';

/** A day: longer than any meeting, and over before the link is forgotten in somebody's chat. */
const TTL_SECONDS = 86_400;

/** The demo's address with a token for every room in its fragment, which browsers send to no server. */
export async function createGuestLink(demo: string, { id, secret }: { id: string; secret: string }): Promise<string> {
  const token = await createToken({
    apiKey: id,
    secret,
    identity: 'guest',
    room: '*',
    ttlSeconds: TTL_SECONDS,
    link: true,
  });
  return `${demo}#/?token=${token}`;
}

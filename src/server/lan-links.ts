import { createToken } from '../signaling/auth/create-token.ts';

/** A day: longer than any meeting, and over before the link is forgotten in somebody's chat. */
const TTL_SECONDS = 86_400;

/** Addresses of the demo with a token for every room in the fragment, which browsers send to no server. */
export interface LanLinks {
  /** To be passed on. */
  guest: string;
  /** For whoever started the server: lets its holder moderate, and the demo does not pass it on. */
  host: string;
}

export async function createLanLinks(demo: string, { id, secret }: { id: string; secret: string }): Promise<LanLinks> {
  const common = { apiKey: id, secret, room: '*', ttlSeconds: TTL_SECONDS };
  const guest = await createToken({ ...common, identity: 'guest', link: true });
  const host = await createToken({ ...common, identity: 'host', grants: { moderate: true } });
  return { guest: `${demo}#/?token=${guest}`, host: `${demo}#/?token=${host}` };
}

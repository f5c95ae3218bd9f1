import { readToken } from './access-token.ts';

/** Mirrors the protocol's bound on room names. */
export const maxRoomNameChars = 128;

export interface RoomLink {
  /** Empty when the address names no room. */
  readonly room: string;
  readonly token: string | null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Drops what a room's name may not contain, and what is longer than the protocol takes. */
export function cleanRoomName(text: string): string {
  return text
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, maxRoomNameChars);
}

/**
 * Reads the room from `#/room` or `?room=`, and an access token from the fragment, `#/room?token=`: browsers send that to
 * nobody, whereas a query ends up in logs. One in the query is not taken.
 */
export function parseRoomLink(location: Pick<URL, 'hash' | 'search'>): RoomLink {
  const search = new URLSearchParams(location.search);
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const room = cleanRoomName(decode(path)) || cleanRoomName(search.get('room') ?? '');
  return { room, token: new URLSearchParams(query).get('token') };
}

/** The address to give to others. It never carries a token of our own, only one that is made to be passed on. */
export function inviteLink(base: Pick<URL, 'origin' | 'pathname'>, room: string, token: string | null = null): string {
  return `${base.origin}${base.pathname}${roomHash(room, token)}`;
}

/** The part of the address that names the room, with a token that is made to be passed on. */
export function roomHash(room: string, token: string | null): string {
  const query = token !== null && readToken(token)?.isLink ? `?token=${encodeURIComponent(token)}` : '';
  return `#/${encodeURIComponent(room)}${query}`;
}

const adjectives =
  'amber brave bright calm clear coral crisp early fair fresh gentle golden grand green happy honest jolly keen kind light lively lucky lunar mellow merry misty noble olive polar proud quick quiet rapid royal silver smooth solar spring still sunny swift teal tidy vivid warm wise';
const nouns =
  'acorn anchor aurora badger beacon birch bridge brook canyon cedar cloud comet cove crane delta dune falcon fern field finch fjord forest garden harbor heron hill island lagoon lake lark maple meadow mesa moon ocean orchard otter pine prairie reef ridge river robin sparrow summit tide valley willow';

function pick(words: string, random: () => number): string {
  const list = words.split(' ');
  return list[Math.floor(random() * list.length)] ?? '';
}

/** A name that can be read out on the telephone, with enough chance in it that two groups do not meet by accident. */
export function randomRoomName(random: () => number = secureRandom): string {
  const number = String(Math.floor(random() * 9000) + 1000);
  return `${pick(adjectives, random)}-${pick(nouns, random)}-${number}`;
}

function secureRandom(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value / 2 ** 32;
}

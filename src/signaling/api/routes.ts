import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { CrosspointError } from '../../shared/errors.ts';
import { parseSafely } from '../parse-safely.ts';
import type { Administration } from './administration.ts';
import { newMessage, newRoom, page, revocation, roomChange } from './api-schemas.ts';
import { readBody } from './read-body.ts';

/** One request to the API, with its caller's rights. */
export interface ApiCall {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly administration: Administration;
  readonly maxBodyBytes: number;
  /** Whether the caller's token is good for a room. */
  readonly covers: (room: string) => boolean;
}

interface Answer {
  status: number;
  body?: unknown;
}

interface Route {
  method: string;
  /** Below `/api/v1`; `:room` and the like stand for one part. */
  path: string;
  handle: (call: ApiCall, names: Readonly<Record<string, string>>) => Answer | Promise<Answer>;
}

const done: Answer = { status: 204 };
const bodyOf = <S extends z.ZodType>({ request, maxBodyBytes }: ApiCall, schema: S) =>
  readBody(request, schema, maxBodyBytes);

/** What the API can do. A path with a room in it is for callers whose token covers the room. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/rooms',
    handle: ({ administration, query, covers }) => {
      const parsed = parseSafely(page, Object.fromEntries(query));
      if (parsed.problems) throw new CrosspointError('invalidParams', { message: 'Bad offset or limit.' });
      return { status: 200, body: administration.rooms(parsed.data, covers) };
    },
  },
  {
    method: 'POST',
    path: '/rooms',
    handle: async (call) => {
      const room = await bodyOf(call, newRoom);
      requireCover(call, room.name);
      return { status: 201, body: call.administration.create(room) };
    },
  },
  {
    method: 'GET',
    path: '/rooms/:room',
    handle: ({ administration }, { room = '' }) => ({ status: 200, body: administration.room(room) }),
  },
  {
    method: 'PATCH',
    path: '/rooms/:room',
    handle: async (call, { room = '' }) => {
      const { locked, waitingRoom } = await bodyOf(call, roomChange);
      const changes = { ...(locked !== undefined && { locked }), ...(waitingRoom !== undefined && { waitingRoom }) };
      return { status: 200, body: call.administration.update(room, changes) };
    },
  },
  {
    method: 'DELETE',
    path: '/rooms/:room',
    handle: ({ administration }, { room = '' }) => {
      administration.end(room);
      return done;
    },
  },
  {
    method: 'GET',
    path: '/rooms/:room/participants',
    handle: ({ administration }, { room = '' }) => ({ status: 200, body: administration.people(room) }),
  },
  {
    method: 'DELETE',
    path: '/rooms/:room/participants/:participant',
    handle: ({ administration, query }, { room = '', participant = '' }) => {
      administration.remove(room, participant, { ban: query.get('ban') === 'true' });
      return done;
    },
  },
  {
    method: 'POST',
    path: '/rooms/:room/participants/:participant/admit',
    handle: ({ administration }, { room = '', participant = '' }) => {
      administration.admit(room, participant);
      return done;
    },
  },
  {
    method: 'POST',
    path: '/rooms/:room/participants/:participant/tracks/:track/mute',
    handle: async ({ administration }, { room = '', participant = '', track = '' }) => {
      await administration.mute(room, participant, track);
      return done;
    },
  },
  {
    method: 'POST',
    path: '/rooms/:room/messages',
    handle: async (call, { room = '' }) => ({
      status: 200,
      body: call.administration.messages.send(room, await bodyOf(call, newMessage)),
    }),
  },
  {
    method: 'GET',
    path: '/rooms/:room/messages/:message',
    handle: ({ administration }, { room = '', message = '' }) => ({
      status: 200,
      body: administration.messages.state(room, message),
    }),
  },
  {
    method: 'POST',
    path: '/revocations',
    handle: async (call) => {
      const { identity } = await bodyOf(call, revocation);
      requireCover(call, '*');
      call.administration.revoke(identity);
      return done;
    },
  },
];

/** A room that the caller may not touch is not there for it. */
export function requireCover({ covers }: ApiCall, room: string): void {
  if (!covers(room)) throw new CrosspointError('forbidden', { message: 'The token is for other rooms.' });
}

import type { RequestParams } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import type { Admission } from '../auth/admission.ts';
import type { HubServices } from '../hub-services.ts';
import { JsonText } from '../json-text.ts';
import type { RequestContext } from '../request-context.ts';
import { addOthers, roomStateJson } from '../rooms/describe-room.ts';
import type { Session } from '../rooms/session.ts';
import type { Handler } from './handler.ts';
import { accessOf } from './refresh-token.ts';

type JoinParams = RequestParams<'join'>;
type Resume = NonNullable<JoinParams['resume']>;

/**
 * Begins a session, or goes on with an earlier one. The token is checked before the room is touched; a resume has been
 * let in before. The session's events start right after the reply.
 */
export const handleJoin: Handler<'join'> = (context, params) => {
  const { hub, peer } = context;
  if (peer.session) throw new CrosspointError('alreadyJoined');
  const retryAfterMs = hub.joinRate.take(peer.address, peer.heardAtMs);
  if (retryAfterMs > 0) throw new CrosspointError('rateLimited', { data: { retryAfterMs } });
  if (params.resume) return enter(context, resume(hub, params, params.resume), params.resume.seq);
  const admission = hub.doorkeeper.admit(params.token, params.room);
  if (!(admission instanceof Promise)) return enter(context, begin(context, params, admission));
  return admission.then((admitted) => enter(context, begin(context, params, admitted)));
};

/** The client may have gone while its token was checked. */
function begin({ hub, peer }: RequestContext, params: JoinParams, admission: Admission): Session {
  if (peer.closed) throw new CrosspointError('notJoined');
  const { room, subscribe } = params;
  const { name = params.name, metadata = params.metadata, grants } = admission;
  const autoSubscribe = subscribe === 'auto' && grants.subscribe;
  const session = hub.sessions.begin({ room, name, metadata, autoSubscribe, admission, address: peer.address });
  if (!session.waiting) hub.mailboxes.welcome(session);
  return session;
}

/** A connection that still has the session loses it to this one, and is told why. */
function resume(hub: HubServices, { room }: JoinParams, { session: id, token, seq }: Resume): Session {
  const session = hub.sessions.resume({ room, session: id, token, seq });
  const earlier = session.peer;
  session.detach();
  earlier?.disconnect('sessionReplaced');
  return session;
}

function enter(context: RequestContext, session: Session, resumedAt?: number): JsonText {
  const { hub, peer } = context;
  const seq = resumedAt ?? 0;
  peer.session = session;
  context.whenAnswered(() => {
    if (peer.closed) return hub.sessions.suspend(session);
    session.attach(peer, seq);
    if (resumedAt === undefined) hub.drain.inform(session);
    if (!session.waiting) hub.media?.welcome(session);
  });
  return describe(hub, session, { resumed: resumedAt !== undefined, seq });
}

/**
 * The reply, in pieces of JSON that are kept where they can be: put together they would be copied twice more. Ids and tokens
 * need no escaping.
 */
function describe(hub: HubServices, session: Session, { resumed, seq }: { resumed: boolean; seq: number }): JsonText {
  const { id, resumeToken, room, participant, admission, waiting } = session;
  const pieces = [
    '{"session":"',
    id,
    '","resumeToken":"',
    resumeToken,
    resumed ? `","resumed":true,"seq":${seq},` : '","resumed":false,"seq":0,',
    serverJson(hub, admission),
    iceServersJson(hub, participant.id),
    roomStateJson(room),
    waiting ? ',"waiting":true,"participant":' : ',"participant":',
    participant.json,
    waitingOf(session),
    ',"participants":[',
  ];
  if (!waiting) addOthers(pieces, room, session);
  pieces.push(']}');
  return new JsonText(pieces);
}

let latest: { readonly admission: Admission; readonly announcement: string; readonly json: string } | undefined;

/** What a client is told of its access and of the server; on a server without tokens it is the same for all. */
function serverJson({ announcement }: HubServices, admission: Admission): string {
  if (latest?.admission !== admission || latest.announcement !== announcement) {
    const access = JSON.stringify(accessOf(admission)).slice(1, -1);
    latest = { admission, announcement, json: `${access},${announcement}` };
  }
  return latest.json;
}

const noIceServers = ',"iceServers":[],"room":';

/** Without TURN there are none. */
function iceServersJson(hub: HubServices, participantId: string): string {
  const iceServers = hub.iceServersFor(participantId);
  return iceServers.length === 0 ? noIceServers : `,"iceServers":${JSON.stringify(iceServers)},"room":`;
}

/** Who waits before the door, for those who may open it. */
function waitingOf({ room: { door }, admission: { grants } }: Session): string {
  if (!grants.moderate || door.waiting.size === 0) return '';
  return `,"waitingParticipants":${JSON.stringify(door.waitingParticipants())}`;
}

import type { RequestParams } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import type { Admission } from '../auth/admission.ts';
import type { HubServices } from '../hub-services.ts';
import { JsonText } from '../json-text.ts';
import type { RequestContext } from '../request-context.ts';
import { othersJson, roomState } from '../rooms/describe-room.ts';
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
  const retryAfterMs = hub.joinRate.take(peer.address, performance.now());
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

/** The reply, put together from JSON that is kept. Ids and tokens need no escaping. */
function describe(hub: HubServices, session: Session, { resumed, seq }: { resumed: boolean; seq: number }): JsonText {
  const { room, participant, waiting, admission } = session;
  return new JsonText(
    `{"session":"${session.id}","resumeToken":"${session.resumeToken}","resumed":${resumed},"seq":${seq},` +
      `${waiting ? '"waiting":true,' : ''}"room":${JSON.stringify(roomState(room))},` +
      `${JSON.stringify(accessOf(admission)).slice(1, -1)},${waitingOf(session)}` +
      `"iceServers":${JSON.stringify(hub.iceServersFor(participant.id))},${hub.announcement},` +
      `"participant":${participant.json},"participants":${waiting ? '[]' : othersJson(room, session)}}`,
  );
}

/** Who waits before the door, for those who may open it. */
function waitingOf({ room: { door }, admission: { grants } }: Session): string {
  if (!grants.moderate || door.waiting.size === 0) return '';
  return `"waitingParticipants":${JSON.stringify(door.waitingParticipants())},`;
}

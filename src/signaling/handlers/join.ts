import type { RequestParams } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { type Access, openAccess, requireGrant } from '../access.ts';
import type { HubServices } from '../hub-services.ts';
import { JsonText } from '../json-text.ts';
import type { RequestContext } from '../request-context.ts';
import type { Session } from '../rooms/session.ts';
import type { Handler } from './handler.ts';

type JoinParams = RequestParams<'join'>;
type Resume = NonNullable<JoinParams['resume']>;

/** Begins a session, or goes on with an earlier one, which needs no token but its own. */
export const handleJoin: Handler<'join'> = (context, params) => {
  const { hub, peer } = context;
  if (peer.session) throw new CrosspointError('alreadyJoined');
  if (params.resume) return enter(context, resume(hub, params, params.resume), params.resume);
  if (!hub.authorize) return enter(context, begin(hub, params, openAccess));
  return hub.authorize(params.token, params.room).then((access) => {
    if (peer.closed) throw new CrosspointError('notJoined');
    return enter(context, begin(hub, params, access));
  });
};

/** Gives the session to the connection; its events start right after the reply. */
function enter(context: RequestContext, session: Session, resumed?: Resume): JsonText {
  const { hub, peer } = context;
  const seq = resumed?.seq ?? 0;
  peer.session = session;
  context.whenAnswered(() => {
    if (peer.closed) return hub.sessions.suspend(session);
    session.attach(peer, seq);
    hub.media?.welcome(session);
  });
  return describe(hub, session, { resumed: resumed !== undefined, seq });
}

function begin(hub: HubServices, params: JoinParams, access: Access): Session {
  if (!hub.rooms.find(params.room)) requireGrant(access.grants, 'createRoom');
  return hub.sessions.begin({
    room: params.room,
    name: access.name ?? params.name,
    metadata: access.metadata ?? params.metadata,
    autoSubscribe: params.subscribe === 'auto' && access.grants.subscribe,
    grants: access.grants,
  });
}

/** A connection that still has the session loses it to this one, and is told why. */
function resume(hub: HubServices, { room }: JoinParams, { session: id, token, seq }: Resume): Session {
  const session = hub.sessions.resume({ room, session: id, token, seq });
  const earlier = session.peer;
  session.detach();
  earlier?.disconnect('sessionReplaced');
  return session;
}

/**
 * The reply, put together from JSON that is kept: what is the same for all, and every member's own, which in a big room
 * is most of the text. Ids and tokens need no escaping.
 */
function describe(hub: HubServices, session: Session, { resumed, seq }: { resumed: boolean; seq: number }): JsonText {
  const { room, participant } = session;
  const others: string[] = [];
  for (const other of room.sessions()) if (other !== session) others.push(other.participant.json);
  return new JsonText(
    `{"session":"${session.id}","resumeToken":"${session.resumeToken}","resumed":${resumed},"seq":${seq},` +
      `"room":{"name":${JSON.stringify(room.name)},"createdAt":${room.createdAt}},` +
      `"iceServers":${JSON.stringify(hub.iceServersFor(participant.id))},${hub.announcement},` +
      `"participant":${participant.json},"participants":[${others.join(',')}]}`,
  );
}

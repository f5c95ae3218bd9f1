import type { RequestParams, RequestResult } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { invalid } from '../mailbox/keep-message.ts';
import type { RequestContext } from '../request-context.ts';
import type { Session } from '../rooms/session.ts';
import { rawEventHead } from '../wire/event-text.ts';
import type { Handler } from './handler.ts';
import { storeMessage } from './stored-message.ts';

/** Passes a message on; its body is bounded and otherwise not looked at. */
export const handleMessage: Handler<'message'> = (context, params) => {
  const session = context.requireGrant('message');
  const json = context.jsonOf('body', params.body);
  requireSize(json, context.hub.limits.maxMessageBytes);
  requireRate(context, session);
  if (params.to !== undefined && params.toUser !== undefined) throw invalid('toUser', 'Give either to or toUser.');
  if (params.acknowledge) return keep(context, { session, params, json });
  return params.id === undefined ? send(context, { session, params, json }) : sendOnce(context, session, params, json);
};

/** The first refusals warn; whoever goes on all the same is sent away, as for requests of any kind. */
function requireRate({ hub, peer }: RequestContext, session: Session): void {
  const retryAfterMs = session.messageRate.take(1, performance.now());
  if (retryAfterMs === 0) {
    if (session.messageRefusals > 0 && session.messageRate.full) session.messageRefusals = 0;
    return;
  }
  session.messageRefusals += 1;
  if (session.messageRefusals > hub.limits.rateLimitRefusals) peer.disconnect('rateLimitExceeded');
  throw new CrosspointError('rateLimited', { data: { retryAfterMs } });
}

interface Outgoing {
  session: Session;
  params: RequestParams<'message'>;
  json: string;
}

type Result = RequestResult<'message'>;

function keep({ hub }: RequestContext, outgoing: Outgoing): Result {
  const { users, ...result } = storeMessage(hub.mailboxes, outgoing);
  if (users.length > 0 && !isDirect(outgoing.params)) remember({ hub }, outgoing);
  return result;
}

/** Sends a message unless this session has sent one with the same id. */
function sendOnce(context: RequestContext, session: Session, params: Outgoing['params'], json: string): Result {
  const recent = context.hub.mailboxes.recentIdsOf(session);
  const { id = '' } = params;
  if (recent.has(id)) return { recipients: 0, status: 'duplicate' };
  const result = send(context, { session, params, json });
  recent.add(id);
  return result;
}

function send(context: Pick<RequestContext, 'hub'>, outgoing: Outgoing): Result {
  const { session, params, json } = outgoing;
  const { room, participant } = session;
  const head = messageHead({ ...params, from: participant.id, json });
  if (params.to !== undefined) {
    room.require(params.to).sendHead(head);
    return { recipients: 1, status: 'sent' };
  }
  if (params.toUser !== undefined) return sendToUser(session, params.toUser, head);
  room.feed.publish([head], session);
  remember(context, outgoing);
  return { recipients: room.visibleSize - (session.hidden ? 0 : 1), status: 'sent' };
}

function sendToUser(session: Session, identity: string, head: string): Result {
  let recipients = 0;
  for (const other of session.room.sessions()) {
    if (other === session || other.participant.identity !== identity) continue;
    other.sendHead(head);
    recipients += 1;
  }
  return { recipients, status: 'sent' };
}

function remember({ hub }: Pick<RequestContext, 'hub'>, { session, params, json }: Outgoing): void {
  const { id: from, identity } = session.participant;
  hub.mailboxes.remember(session.room, () =>
    messageHead({
      ...params,
      from,
      json,
      extra: { history: true, ...(identity !== undefined && { fromUser: identity }) },
    }),
  );
}

function isDirect({ to, toUser }: Outgoing['params']): boolean {
  return to !== undefined || toUser !== undefined;
}

/** A character is at least one byte, so long texts need not be measured. */
export function requireSize(json: string, maxMessageBytes: number): void {
  if (json.length > maxMessageBytes || Buffer.byteLength(json) > maxMessageBytes) {
    throw new CrosspointError('messageTooLarge', { data: { maxMessageBytes } });
  }
}

interface MessageFields {
  from: string;
  to?: string | undefined;
  toUser?: string | undefined;
  id?: string | undefined;
  type: string;
  json: string;
  /** More fields of the event. */
  extra?: { history: true; fromUser?: string };
}

export function messageHead({ from, to, toUser, id, type, json, extra }: MessageFields): string {
  const fields =
    `{"from":${JSON.stringify(from)},${optional('to', to)}${optional('toUser', toUser)}${optional('id', id)}` +
    `${extra ? `${JSON.stringify(extra).slice(1, -1)},` : ''}"type":${JSON.stringify(type)},"at":${Date.now()}`;
  return rawEventHead('message', `${fields},"body":${json}}`);
}

function optional(key: string, value: string | undefined): string {
  return value === undefined ? '' : `"${key}":${JSON.stringify(value)},`;
}

import type { RequestParams, RequestResult } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { keepMessage, userBehind, usersIn } from '../mailbox/keep-message.ts';
import type { Mailboxes } from '../mailbox/mailboxes.ts';
import type { Session } from '../rooms/session.ts';

interface StoredMessage {
  session: Session;
  params: RequestParams<'message'>;
  /** The body as JSON text. */
  json: string;
}

/** Keeps a session's acknowledged message for everyone it is for before it is delivered to those who are here. */
export function storeMessage(
  mailboxes: Mailboxes,
  { session, params, json }: StoredMessage,
): RequestResult<'message'> & { users: string[] } {
  const { id, type, ttlSeconds } = params;
  const { identity, id: participant } = session.participant;
  if (identity === undefined) throw new CrosspointError('identityRequired');
  const sender = { room: session.room.name, identity, participant };
  const direct = params.to !== undefined || params.toUser !== undefined;
  return keepMessage(mailboxes, sender, receivers(session, params), { id, type, body: json, ttlSeconds, direct });
}

/** An acknowledged message to a participant is for the person: it may be fetched on another device. */
function receivers({ room, participant }: Session, { to, toUser }: RequestParams<'message'>): string[] {
  if (toUser !== undefined) return [toUser];
  return to === undefined ? usersIn(room, participant.identity) : [userBehind(room, to)];
}

import type { RequestParams, RequestResult } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import type { Mailboxes } from '../mailbox/mailboxes.ts';
import type { Room } from '../rooms/room.ts';
import type { Session } from '../rooms/session.ts';

interface StoredMessage {
  session: Session;
  params: RequestParams<'message'>;
  /** The body as JSON text. */
  json: string;
}

/** Keeps an acknowledged message for everyone it is for before it is delivered to those who are here. */
export function storeMessage(
  mailboxes: Mailboxes,
  { session, params, json }: StoredMessage,
): RequestResult<'message'> & { users: string[] } {
  const { id, type } = params;
  if (id === undefined) throw invalid('id', 'An acknowledged message needs an id.');
  requireIdentity(session);
  const users = receivers(session, params);
  const direct = params.to !== undefined || params.toUser !== undefined;
  const ttlSeconds = requireTtl(mailboxes, params.ttlSeconds);
  const { stored, full, senderFull } = mailboxes.store(session, users, { id, type, body: json, ttlSeconds, direct });
  const rest = full.length > 0 ? { full } : {};
  if (stored.length > 0) {
    const recipients = countSessions(session.room, new Set(stored));
    return { recipients, status: 'stored', users: stored, ...rest };
  }
  if (senderFull) throw mailboxFull('sender', 'Acknowledge the receipts that you got; there are too many.');
  if (full.length > 0 && full.length === users.length)
    throw mailboxFull('recipient', 'The recipient’s mailbox is full.');
  // A room in which nobody else has an identity: there is nobody to keep it for, and nothing that could be lost.
  return { recipients: 0, status: users.length > 0 ? 'duplicate' : 'stored', users: [], ...rest };
}

export function invalid(path: string, message: string): CrosspointError {
  return new CrosspointError('invalidParams', { data: { problems: [{ path, message }] } });
}

function mailboxFull(whose: 'sender' | 'recipient', message: string): CrosspointError {
  return new CrosspointError('mailboxFull', { message, data: { whose } });
}

type Identified = Session & { participant: { identity: string } };

function requireIdentity(session: Session): asserts session is Identified {
  if (session.participant.identity === undefined) throw new CrosspointError('identityRequired');
}

/** An acknowledged message to a participant is for the person: it may be fetched on another device. */
function receivers(session: Session, { to, toUser }: RequestParams<'message'>): string[] {
  if (toUser !== undefined) return [toUser];
  if (to === undefined) return others(session);
  const { identity } = session.room.require(to).participant;
  if (identity === undefined) throw new CrosspointError('identityRequired');
  return [identity];
}

function others({ room, participant }: Session): string[] {
  const users = new Set<string>();
  for (const { participant: other } of room.sessions()) {
    if (other.identity !== undefined && other.identity !== participant.identity) users.add(other.identity);
  }
  return [...users];
}

function requireTtl({ options }: Mailboxes, ttlSeconds = options.defaultTtlSeconds): number {
  if (ttlSeconds <= options.maxTtlSeconds) return ttlSeconds;
  throw invalid('ttlSeconds', `This server keeps messages for at most ${options.maxTtlSeconds} seconds.`);
}

function countSessions(room: Room, users: ReadonlySet<string>): number {
  let count = 0;
  for (const { participant } of room.sessions()) if (users.has(participant.identity ?? '')) count += 1;
  return count;
}

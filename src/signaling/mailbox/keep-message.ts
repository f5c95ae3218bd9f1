import type { RequestResult } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import type { Room } from '../rooms/room.ts';
import type { Mailboxes } from './mailboxes.ts';

type Sender = Parameters<Mailboxes['store']>[0];

interface KeptMessage {
  /** Not kept without one, because it could not be recognised when it comes again. */
  id: string | undefined;
  type: string;
  /** JSON text. */
  body: string;
  ttlSeconds: number | undefined;
  /** For one user, not for the whole room. */
  direct: boolean;
}

/**
 * Keeps an acknowledged message for users, and delivers it to those who are here.
 * @returns the reply, and the users for whom it was stored; throws `mailboxFull` when there is none and that is why.
 */
export function keepMessage(
  mailboxes: Mailboxes,
  sender: Sender,
  users: string[],
  { id, ttlSeconds, ...message }: KeptMessage,
): RequestResult<'message'> & { users: string[] } {
  if (id === undefined) throw invalid('id', 'An acknowledged message needs an id.');
  const ttl = requireTtl(mailboxes, ttlSeconds);
  const { stored, full, senderFull } = mailboxes.store(sender, users, { id, ttlSeconds: ttl, ...message });
  const rest = full.length > 0 ? { full } : {};
  if (stored.length > 0) {
    return { recipients: mailboxes.countSessions(sender.room, stored), status: 'stored', users: stored, ...rest };
  }
  if (senderFull) throw mailboxFull('sender', 'Acknowledge the receipts that you got; there are too many.');
  if (full.length > 0 && full.length === users.length)
    throw mailboxFull('recipient', 'The recipient’s mailbox is full.');
  // A room in which nobody else has an identity: there is nobody to keep it for, and nothing that could be lost.
  return { recipients: 0, status: users.length > 0 ? 'duplicate' : 'stored', users: [], ...rest };
}

/** Identities of those in the room, without that of the sender. */
export function usersIn(room: Room, except?: string): string[] {
  const users = new Set<string>();
  for (const { participant } of room.sessions()) {
    if (participant.identity !== undefined && participant.identity !== except) users.add(participant.identity);
  }
  return [...users];
}

/** The user behind a participant; throws `participantNotFound` or `identityRequired`. */
export function userBehind(room: Room, participant: string): string {
  const { identity } = room.require(participant).participant;
  if (identity === undefined) throw new CrosspointError('identityRequired');
  return identity;
}

export function invalid(path: string, message: string): CrosspointError {
  return new CrosspointError('invalidParams', { data: { problems: [{ path, message }] } });
}

function mailboxFull(whose: 'sender' | 'recipient', message: string): CrosspointError {
  return new CrosspointError('mailboxFull', { message, data: { whose } });
}

function requireTtl({ options }: Mailboxes, ttlSeconds = options.defaultTtlSeconds): number {
  if (ttlSeconds <= options.maxTtlSeconds) return ttlSeconds;
  throw invalid('ttlSeconds', `This server keeps messages for at most ${options.maxTtlSeconds} seconds.`);
}

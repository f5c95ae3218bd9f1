import type { Mailboxes } from '../mailbox/mailboxes.ts';
import type { WebhookSender } from './webhook-sender.ts';

const events = { delivered: 'messageDelivered', read: 'messageRead', expired: 'messageExpired' } as const;

/** Tells other servers what became of the acknowledged messages that they sent through the HTTP API. */
export function reportMessages(mailboxes: Mailboxes, sender: WebhookSender): void {
  mailboxes.on('serverMessageSettled', (room, { id, user, status }) =>
    sender.send({ event: events[status], room, message: { id, user } }),
  );
}

import { z } from 'zod';
import { count, field, filePath } from '../field.ts';

const maxTtlSeconds = 7_776_000;

/** What is kept of messages; see docs/messages.md. */
export const messagesSection = z.strictObject({
  mailboxFile: field(
    filePath().optional(),
    'Database of acknowledged messages that have not arrived yet, of revocations, and of webhooks that wait when the server ends. Without it they are kept in memory and lost with the process.',
  ),
  maxMailboxMessages: field(count(100_000).default(1_000), 'Messages that wait for one user in one room.'),
  maxMailboxBytes: field(z.int().min(1_024).default(4_194_304), 'The same in bytes of their bodies.'),
  defaultTtlSeconds: field(
    count(maxTtlSeconds).default(604_800),
    'How long an acknowledged message is kept unless its sender says otherwise, in seconds.',
  ),
  maxTtlSeconds: field(count(maxTtlSeconds).default(2_592_000), 'How long a sender may ask for, in seconds.'),
  historyMessages: field(
    z.int().min(0).max(200).default(0),
    'The last messages to a room that everyone gets who joins later.',
  ),
  historyBytes: field(z.int().min(1_024).max(262_144).default(131_072), 'The same in bytes.'),
});

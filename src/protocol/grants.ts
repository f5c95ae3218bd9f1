import { z } from 'zod';
import { trackSource } from './models.ts';

/** What a session may do. Absent grants have the defaults of an ordinary participant. */
export const grants = z
  .object({
    createRoom: z.boolean().default(true).describe('May enter a room that does not exist yet, which creates it.'),
    publish: z
      .union([z.boolean(), z.array(trackSource)])
      .default(true)
      .describe('May send media: everything, nothing, or these sources only.'),
    subscribe: z.boolean().default(true).describe('May receive media.'),
    message: z
      .boolean()
      .default(true)
      .describe('May send messages, and offers, answers and candidates to participants.'),
    updateOwn: z.boolean().default(true).describe('May change the own name and metadata.'),
    hidden: z.boolean().default(false).describe('Is not shown to the others; for recorders and observers.'),
    recorder: z.boolean().default(false).describe('Records; the others are told that the room is being recorded.'),
    moderate: z.boolean().default(false).describe('May mute, remove and ban others, lock the room and end it.'),
  })
  .describe('Permissions of a session.');

export type Grants = z.output<typeof grants>;

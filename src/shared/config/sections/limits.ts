import { z } from 'zod';
import { count, field } from '../field.ts';

/** What an operator may want to change to fit the machine; everything else is fixed, in `shared/limits.ts`. */
export const limitsSection = z.strictObject({
  maxRooms: field(count().default(10_000), 'Rooms that exist at a time.'),
  maxParticipantsPerRoom: field(count(10_000).default(100), 'Participants in one room.'),
  maxConnections: field(count().default(20_000), 'WebSocket connections at a time.'),
  maxConnectionsPerAddress: field(
    count().default(256),
    'WebSocket connections from one client address; people behind one NAT share it.',
  ),
  maxTracksPerParticipant: field(count(64).default(16), 'Tracks that one participant publishes at a time.'),
  maxFrameBytes: field(
    z.int().min(16_384).max(16_777_216).default(524_288),
    'Largest WebSocket frame that a client may send; an offer with fifty m-lines has about 200 kB.',
  ),
  maxMessageBytes: field(
    z.int().min(256).max(262_144).default(16_384),
    'Largest message from one participant to others (chat and application data).',
  ),
  messagesPerSecond: field(count(10_000).default(20), 'Messages of one participant, as a lasting rate.'),
  requestsPerSecond: field(count(10_000).default(100), 'Requests of any kind on one connection, as a lasting rate.'),
  maxSendQueueBytes: field(
    z.int().min(65_536).default(4_194_304),
    'Output waiting for one connection; a client that lets more gather is disconnected.',
  ),
  heartbeatIntervalMs: field(
    z.int().min(1_000).max(300_000).default(10_000),
    'How often client and server show each other that they live, in milliseconds.',
  ),
  heartbeatTimeoutMs: field(
    z.int().min(2_000).max(900_000).default(25_000),
    'Silence after which a connection counts as dead, in milliseconds.',
  ),
  resumeWindowMs: field(
    z.int().min(0).max(600_000).default(30_000),
    'How long a session waits for its client to come back after its connection broke, in milliseconds.',
  ),
});

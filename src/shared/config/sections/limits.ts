import { z } from 'zod';
import { signalingLimits } from '../../limits.ts';
import { count, field } from '../field.ts';

/** What an operator may want to change to fit the machine; everything else is fixed, in `shared/limits.ts`. */
export const limitsSection = z.strictObject({
  maxRooms: field(count().default(signalingLimits.maxRooms), 'Rooms that exist at a time.'),
  maxParticipantsPerRoom: field(
    count(10_000).default(signalingLimits.maxParticipantsPerRoom),
    'Participants in one room.',
  ),
  maxConnections: field(count().default(signalingLimits.maxConnections), 'WebSocket connections at a time.'),
  maxConnectionsPerAddress: field(
    count().default(signalingLimits.maxConnectionsPerAddress),
    'WebSocket connections from one client address; people behind one NAT share it.',
  ),
  maxTracksPerParticipant: field(
    count(64).default(signalingLimits.maxTracksPerParticipant),
    'Tracks that one participant publishes at a time.',
  ),
  maxFrameBytes: field(
    z.int().min(16_384).max(16_777_216).default(signalingLimits.maxFrameBytes),
    'Largest WebSocket frame that a client may send; the longest SDP has to fit.',
  ),
  maxMessageBytes: field(
    z.int().min(256).max(262_144).default(signalingLimits.maxMessageBytes),
    'Largest message from one participant to others (chat and application data).',
  ),
  messagesPerSecond: field(
    count(10_000).default(signalingLimits.messagesPerSecond),
    'Messages of one participant, as a lasting rate.',
  ),
  requestsPerSecond: field(
    count(10_000).default(signalingLimits.requestsPerSecond),
    'Requests of any kind on one connection, as a lasting rate.',
  ),
  maxSendQueueBytes: field(
    z.int().min(65_536).default(signalingLimits.maxSendQueueBytes),
    'Output waiting for one connection; a client that lets more gather is disconnected.',
  ),
  heartbeatIntervalMs: field(
    z.int().min(1_000).max(300_000).default(signalingLimits.heartbeatIntervalMs),
    'How often client and server show each other that they live, in milliseconds.',
  ),
  heartbeatTimeoutMs: field(
    z.int().min(2_000).max(900_000).default(signalingLimits.heartbeatTimeoutMs),
    'Silence after which a connection counts as dead, in milliseconds.',
  ),
  resumeWindowMs: field(
    z.int().min(0).max(600_000).default(signalingLimits.graceMs),
    'How long a session waits for its client to come back after its connection broke, in milliseconds.',
  ),
  connectionsPerSecondPerAddress: field(
    count(100_000).default(signalingLimits.connectionsPerSecondPerAddress),
    'New WebSocket connections from one client address (or IPv6 /64), as a lasting rate. This machine is not bounded.',
  ),
  joinsPerSecondPerAddress: field(
    count(100_000).default(signalingLimits.joinsPerSecondPerAddress),
    'Joins from one client address, whatever becomes of them, as a lasting rate. This machine is not bounded.',
  ),
  maxRoomsPerIdentity: field(
    count().default(signalingLimits.maxRoomsPerIdentity),
    'Open rooms that one identity, or one address without any, has opened.',
  ),
});

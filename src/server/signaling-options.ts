import type { Config } from '../shared/config/schema.ts';
import type { HubOptions } from '../signaling/hub.ts';

/** A burst lasts for so many seconds of the sustained rate. */
const burstSeconds = 4;

/** An office behind one address comes back all at once after a restart. */
const addressBurstSeconds = 10;

/** What the hub takes from the configuration; the other limits are fixed. */
export function signalingOptionsOf({
  http,
  limits,
  messages: { mailboxFile: _, ...messages },
}: Config): Pick<HubOptions, 'limits' | 'messages' | 'allowedOrigins' | 'trustProxy'> {
  return {
    allowedOrigins: http.allowedOrigins,
    trustProxy: http.trustProxy,
    messages,
    limits: {
      maxRooms: limits.maxRooms,
      maxParticipantsPerRoom: limits.maxParticipantsPerRoom,
      maxConnections: limits.maxConnections,
      maxConnectionsPerAddress: limits.maxConnectionsPerAddress,
      maxTracksPerParticipant: limits.maxTracksPerParticipant,
      maxFrameBytes: limits.maxFrameBytes,
      maxMessageBytes: limits.maxMessageBytes,
      messagesPerSecond: limits.messagesPerSecond,
      messageBurst: limits.messagesPerSecond * burstSeconds,
      requestsPerSecond: limits.requestsPerSecond,
      requestBurst: limits.requestsPerSecond * burstSeconds,
      maxSendQueueBytes: limits.maxSendQueueBytes,
      heartbeatIntervalMs: limits.heartbeatIntervalMs,
      heartbeatTimeoutMs: limits.heartbeatTimeoutMs,
      connectionsPerSecondPerAddress: limits.connectionsPerSecondPerAddress,
      connectionBurstPerAddress: limits.connectionsPerSecondPerAddress * addressBurstSeconds,
      joinsPerSecondPerAddress: limits.joinsPerSecondPerAddress,
      joinBurstPerAddress: limits.joinsPerSecondPerAddress * addressBurstSeconds,
      maxRoomsPerIdentity: limits.maxRoomsPerIdentity,
      graceMs: limits.resumeWindowMs,
    },
  };
}

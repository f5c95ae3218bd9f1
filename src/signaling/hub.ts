import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { IceServer } from '../protocol/models.ts';
import type { RequestResult } from '../protocol/requests.ts';
import type { Sfu } from '../sfu/types.ts';
import { type SignalingLimits, signalingLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import { HubCounters } from '../shared/tally.ts';
import { Administration } from './api/administration.ts';
import { type Doorkeeper, openDoor } from './auth/doorkeeper.ts';
import { Drain } from './drain.ts';
import { AddressRate } from './edge/address-rate.ts';
import { SignalingEdge } from './edge/signaling-edge.ts';
import type { HubServices } from './hub-services.ts';
import { logRooms } from './log-rooms.ts';
import { Mailboxes, type MessageOptions } from './mailbox/mailboxes.ts';
import { MediaBridge } from './media/media-bridge.ts';
import { Moderation } from './moderation/moderation.ts';
import { RoomRegistry } from './rooms/room-registry.ts';
import { SessionRegistry } from './rooms/session-registry.ts';
import { Database } from './storage/database.ts';
import { reportMessages } from './webhooks/report-messages.ts';
import { reportRooms } from './webhooks/report-rooms.ts';
import type { WebhookSender } from './webhooks/webhook-sender.ts';
import { OutputHold } from './wire/output-hold.ts';
import { TurnFlusher } from './wire/turn-flusher.ts';

export interface HubOptions {
  logger: Logger;
  /** Replaces single limits. */
  limits?: Partial<SignalingLimits>;
  /** Pages that may connect beside those of this server; when empty, also those of the visitor's own machine. */
  allowedOrigins?: readonly string[];
  /** Whether to believe `X-Forwarded-For`. */
  trustProxy?: boolean;
  /** Who comes in; everybody when it is absent. */
  doorkeeper?: Doorkeeper;
  /** Tells other servers what happens in rooms. */
  webhooks?: WebhookSender | undefined;
  /** Where kept messages are; memory when it is absent. Whoever gives it closes it, after the hub. */
  database?: Database;
  /** What is kept of messages. */
  messages?: Partial<MessageOptions>;
  /** Without it rooms carry peer-to-peer calls and messages. */
  sfu?: Sfu | undefined;
  /** STUN and TURN servers with credentials for one participant. */
  iceServersFor?: (participantId: string) => IceServer[];
  counters?: HubCounters;
}

/** For a hub that is used without the server's configuration. */
const messageDefaults: MessageOptions = {
  maxMailboxMessages: 1_000,
  maxMailboxBytes: 4_194_304,
  defaultTtlSeconds: 604_800,
  maxTtlSeconds: 2_592_000,
  historyMessages: 0,
  historyBytes: 131_072,
};

/** Living things of the hub, for metrics and for the tests that nothing is left. */
export interface HubCounts {
  connections: number;
  sessions: number;
  waitingSessions: number;
  rooms: number;
  queuedBytes: number;
}

/** The signaling hub: connections, sessions and rooms. It gets its sockets from an HTTP server's `upgrade` event. */
export class Hub {
  readonly #services: HubServices;
  /** Rooms as other servers see and change them. */
  readonly administration: Administration;
  readonly #edge: SignalingEdge;
  /** Closed with the hub, unless somebody else has given it. */
  readonly #ownDatabase: Database | undefined;

  constructor(options: HubOptions) {
    const flusher = new TurnFlusher(new OutputHold().read);
    const database = options.database ?? new Database();
    this.#ownDatabase = options.database ? undefined : database;
    this.#services = createServices({ ...options, database }, flusher);
    this.administration = new Administration(this.#services);
    const { allowedOrigins = [], trustProxy = false } = options;
    this.#edge = new SignalingEdge({ hub: this.#services, flusher, allowedOrigins, trustProxy });
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#edge.handleUpgrade(request, socket, head);
  }

  counts(): HubCounts {
    const { sessions, rooms } = this.#services;
    return {
      connections: this.#edge.size,
      sessions: sessions.size,
      waitingSessions: sessions.waiting,
      rooms: rooms.size,
      queuedBytes: this.#edge.queuedBytes,
    };
  }

  /** What waits for users who are away. */
  mailboxTotals(): ReturnType<Mailboxes['totals']> {
    return this.#services.mailboxes.totals();
  }

  /** The limits in force. */
  get limits(): SignalingLimits {
    return this.#services.limits;
  }

  /** True from the beginning of the end: it takes no new rooms. */
  get draining(): boolean {
    return this.#services.drain.begun;
  }

  /** Takes no new rooms, tells everyone until when calls may go on, and resolves when nobody is left or the time is over. */
  drain(timeoutMs: number): Promise<void> {
    return this.#services.drain.run(timeoutMs);
  }

  /** Tells everyone, closes all connections, and ends all sessions and rooms. Idempotent. */
  async close(): Promise<void> {
    this.#services.drain.refuseRooms();
    await this.#edge.close();
    this.#services.sessions.close();
    this.#services.rooms.close();
    this.#services.mailboxes.close();
    await this.#ownDatabase?.close();
  }
}

function createServices(options: HubOptions & { database: Database }, flusher: TurnFlusher): HubServices {
  const { logger, sfu, doorkeeper = openDoor, iceServersFor = () => [], counters = new HubCounters() } = options;
  const limits: SignalingLimits = { ...signalingLimits, ...options.limits };
  const rooms = new RoomRegistry({ limits, flusher });
  logRooms(rooms, logger);
  const sessions = new SessionRegistry({ rooms, counters, limits });
  const media = sfu ? new MediaBridge(sfu) : undefined;
  const drain = new Drain({ rooms, sessions, logger });
  const moderation = new Moderation({ sessions, media, doorkeeper });
  const joinRate = new AddressRate({
    perSecond: limits.joinsPerSecondPerAddress,
    burst: limits.joinBurstPerAddress,
    maxAddresses: limits.maxTrackedAddresses,
  });
  const mailboxOptions = { ...messageDefaults, ...options.messages };
  const mailboxes = new Mailboxes({ ...mailboxOptions, database: options.database, rooms, counters, logger });
  if (options.webhooks) {
    reportRooms(rooms, options.webhooks);
    reportMessages(mailboxes, options.webhooks);
  }
  const announcement = announce(limits);
  return {
    rooms,
    sessions,
    moderation,
    mailboxes,
    drain,
    doorkeeper,
    joinRate,
    media,
    limits,
    counters,
    logger,
    iceServersFor,
    announcement,
  };
}

/** What a client has to know of this server's limits. */
function announce(limits: SignalingLimits): string {
  const announced: Pick<RequestResult<'join'>, 'heartbeat' | 'limits'> = {
    heartbeat: { intervalMs: limits.heartbeatIntervalMs, timeoutMs: limits.heartbeatTimeoutMs },
    limits: {
      maxFrameBytes: limits.maxFrameBytes,
      maxMessageBytes: limits.maxMessageBytes,
      requestsPerSecond: limits.requestsPerSecond,
      requestBurst: limits.requestBurst,
      maxTracks: limits.maxTracksPerParticipant,
      maxParticipants: limits.maxParticipantsPerRoom,
    },
  };
  return JSON.stringify(announced).slice(1, -1);
}

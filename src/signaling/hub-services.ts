import type { IceServer } from '../protocol/models.ts';
import type { SignalingLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import type { HubCounters } from '../shared/tally.ts';
import type { Doorkeeper } from './auth/doorkeeper.ts';
import type { Drain } from './drain.ts';
import type { AddressRate } from './edge/address-rate.ts';
import type { Mailboxes } from './mailbox/mailboxes.ts';
import type { MediaBridge } from './media/media-bridge.ts';
import type { Moderation } from './moderation/moderation.ts';
import type { RoomRegistry } from './rooms/room-registry.ts';
import type { SessionRegistry } from './rooms/session-registry.ts';

/** What requests are handled with. */
export interface HubServices {
  readonly rooms: RoomRegistry;
  readonly sessions: SessionRegistry;
  readonly moderation: Moderation;
  readonly mailboxes: Mailboxes;
  readonly drain: Drain;
  readonly doorkeeper: Doorkeeper;
  /** Bounds joins, whatever becomes of them. */
  readonly joinRate: AddressRate;
  /** Absent on a server without an SFU: rooms then carry peer-to-peer calls and messages. */
  readonly media: MediaBridge | undefined;
  readonly limits: SignalingLimits;
  readonly counters: HubCounters;
  readonly logger: Logger;
  /** The part of every join reply that is the same for all, as JSON text without braces. */
  readonly announcement: string;
  /** STUN and TURN servers with credentials for one participant. */
  readonly iceServersFor: (participantId: string) => IceServer[];
}

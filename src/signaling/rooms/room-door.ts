import { createHmac, randomBytes } from 'node:crypto';
import type { WaitingParticipant } from '../../protocol/models.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { SlotMap } from '../../shared/slot-map.ts';
import type { Admission } from '../auth/admission.ts';
import { networkOf } from '../edge/network-of.ts';
import type { Session } from './session.ts';

/** Who knocks: what is looked at before somebody is let into a room. */
export interface Newcomer {
  readonly admission: Admission;
  /** Of the client, as far as it can be known. */
  readonly address: string;
}

interface RoomDoorOptions {
  locked: boolean;
  waitingRoom: boolean;
  maxBans: number;
}

/** Addresses are kept as hashes with a key of this process. */
const salt = randomBytes(32);

/** Who may come into a room, and who waits for it. */
export class RoomDoor {
  locked: boolean;
  waitingRoom: boolean;
  /** Who waits to be admitted, by participant id, in the order in which they came. */
  readonly waiting = new SlotMap<Session>();
  readonly #bans = new Set<string>();
  readonly #maxBans: number;

  constructor({ locked, waitingRoom, maxBans }: RoomDoorOptions) {
    this.locked = locked;
    this.waitingRoom = waitingRoom;
    this.#maxBans = maxBans;
  }

  /** Throws `banned` or `roomLocked`; a lock does not keep moderators out. */
  requireEntry(newcomer: Newcomer): void {
    if (this.#bans.size > 0 && this.#bans.has(banKey(newcomer) ?? '')) throw new CrosspointError('banned');
    if (this.locked && !newcomer.admission.grants.moderate) throw new CrosspointError('roomLocked');
  }

  /** Whether a newcomer has to be admitted by a moderator. */
  holds({ admission }: Newcomer): boolean {
    return this.waitingRoom && !admission.grants.moderate;
  }

  /** False when there is nothing to know them by: no identity, and an address of this very machine. */
  ban(newcomer: Newcomer): boolean {
    const key = banKey(newcomer);
    if (key === undefined) return false;
    const [oldest] = this.#bans;
    if (this.#bans.size >= this.#maxBans && oldest !== undefined) this.#bans.delete(oldest);
    this.#bans.add(key);
    return true;
  }

  waitingParticipants(): WaitingParticipant[] {
    return [...this.waiting.values()].map(({ participant }) => participant.waitingModel());
  }
}

function banKey({ admission: { identity }, address }: Newcomer): string | undefined {
  if (identity !== undefined) return `identity ${identity}`;
  const network = networkOf(address);
  return network && `address ${createHmac('sha256', salt).update(network).digest('base64url')}`;
}

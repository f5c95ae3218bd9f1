import type { Credential } from '../auth/authenticator.ts';
import type { QuotaLedger } from '../limit/quota-ledger.ts';
import type { IpFamily } from '../net/ip-address.ts';
import type { Allocation } from '../relay/allocation.ts';
import type { AllocationTable } from '../relay/allocation-table.ts';
import type { RelayContext } from '../relay/relay-context.ts';
import type { RelayPorts } from '../relay/relay-ports.ts';
import type { TurnClient } from '../relay/turn-client.ts';
import { attributeType } from '../stun/attribute-type.ts';
import type { StunErrorCode } from '../stun/stun-error.ts';
import type { StunMessage } from '../stun/stun-message.ts';

/** What the methods work with; one set for each thread. */
export interface TurnServices {
  readonly context: RelayContext;
  readonly allocations: AllocationTable;
  readonly ports: RelayPorts;
  readonly quotas: QuotaLedger;
  /** Allocations at a time; 0 is no limit. */
  readonly quotaMax: { readonly user: number; readonly address: number; readonly total: number };
  /** The highest channel number that may be bound. */
  readonly maxChannel: number;
  readonly lifetimes: { readonly defaultMs: number; readonly maxMs: number };
}

/** An authenticated request whose required attributes are all understood. */
export interface TurnRequest {
  readonly message: StunMessage;
  readonly client: TurnClient;
  readonly credential: Credential;
  readonly nowMs: number;
}

type Attribute = readonly [type: number, value: Buffer];

/** What a method answers; the engine signs and sends it. */
export type Outcome = { readonly attributes: readonly Attribute[] } | { readonly error: StunErrorCode };

export type RequestHandler = (services: TurnServices, request: TurnRequest) => Outcome;

/** The request's allocation, or the refusal: 437 without one, 441 for one of somebody else (RFC 8656 section 5). */
export function requireAllocation({ client, credential }: TurnRequest): Allocation | { readonly error: 437 | 441 } {
  const { allocation } = client;
  if (allocation === undefined) return { error: 437 };
  return allocation.credential.identity === credential.identity ? allocation : { error: 441 };
}

const familyNumbers: Readonly<Record<number, IpFamily>> = { 1: 4, 2: 6 };

/** Reads a REQUESTED- or ADDITIONAL-ADDRESS-FAMILY; an error for a wrong length (400) or an unknown family (440). */
export function readFamily(value: Buffer | undefined): IpFamily | undefined | { readonly error: 400 | 440 } {
  if (value === undefined) return undefined;
  return value.length === 4 ? (familyNumbers[value.readUInt8(0)] ?? { error: 440 }) : { error: 400 };
}

/** Reads LIFETIME in milliseconds; an error for a wrong length. */
export function readLifetimeMs(message: StunMessage): number | undefined | { readonly error: 400 } {
  const value = message.get(attributeType.lifetime);
  if (value === undefined) return undefined;
  return value.length === 4 ? value.readUInt32BE(0) * 1000 : { error: 400 };
}

/** RFC 8656 section 7.2: at least the default, at most the maximum. */
export function grantedLifetimeMs(wantedMs: number | undefined, { lifetimes }: TurnServices): number {
  const { defaultMs, maxMs } = lifetimes;
  return wantedMs === undefined ? defaultMs : Math.min(Math.max(wantedMs, defaultMs), maxMs);
}

export function lifetimeAttribute(lifetimeMs: number): Attribute {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(Math.floor(lifetimeMs / 1000), 0);
  return [attributeType.lifetime, value];
}

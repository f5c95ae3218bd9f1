import { type QuotaHold, quotaKeys } from '../limit/quota-ledger.ts';
import type { IpFamily } from '../net/ip-address.ts';
import { Allocation } from '../relay/allocation.ts';
import type { BoundRelay } from '../relay/relay-ports.ts';
import { attributeType } from '../stun/attribute-type.ts';
import { encodeErrorCode } from '../stun/stun-error.ts';
import type { StunMessage } from '../stun/stun-message.ts';
import { encodeXorAddress } from '../stun/xor-address.ts';
import {
  grantedLifetimeMs,
  lifetimeAttribute,
  type Outcome,
  readFamily,
  readLifetimeMs,
  type TurnRequest,
  type TurnServices,
} from './turn-request.ts';

type Attributes = Extract<Outcome, { attributes: unknown }>['attributes'];
type Refusal = Extract<Outcome, { error: unknown }>;

/** What the request asks for, once its attributes have been found to fit together. */
interface Wish {
  readonly family: IpFamily;
  readonly additional: boolean;
  readonly evenPort: 'any' | 'even' | 'pair';
  readonly token: Buffer | undefined;
  readonly lifetimeMs: number;
}

/** What came of it: the relays that were bound, the token of a reserved sibling, and families that failed. */
interface Bound {
  readonly relays: BoundRelay[];
  readonly token: Buffer | undefined;
  readonly failed: { readonly family: IpFamily; readonly error: 440 | 508 }[];
}

const udpProtocol = 17;

/** RFC 8656 section 7.2. Step 1, authentication, and step 4, DONT-FRAGMENT as an unknown attribute, came before. */
export function handleAllocate(services: TurnServices, request: TurnRequest): Outcome {
  const answered = checkFiveTuple(request) ?? checkTransport(request.message) ?? checkCombination(request.message);
  if (answered !== undefined) return answered;
  const wish = readWish(services, request.message);
  if ('error' in wish) return wish;
  const unsupported = checkFamilies(services, wish);
  return unsupported ?? allocateWithinQuota(services, request, wish);
}

/** Step 2: a retransmission gets the answer again, any other request on a five-tuple in use 437. */
function checkFiveTuple({ client, message }: TurnRequest): Outcome | undefined {
  const { allocation } = client;
  if (allocation === undefined) return undefined;
  return allocation.transactionId.equals(message.transactionId) ? { attributes: allocation.answer } : { error: 437 };
}

/** Step 3: REQUESTED-TRANSPORT must be there (400) and name UDP (442). */
function checkTransport(message: StunMessage): Refusal | undefined {
  const transport = message.get(attributeType.requestedTransport);
  if (transport?.length !== 4) return { error: 400 };
  return transport.readUInt8(0) === udpProtocol ? undefined : { error: 442 };
}

/** Steps 5 to 9, as far as they say which attributes exclude each other. */
function checkCombination(message: StunMessage): Refusal | undefined {
  const hasToken = message.has(attributeType.reservationToken);
  const hasFamily = message.has(attributeType.requestedAddressFamily);
  const hasAdditional = message.has(attributeType.additionalAddressFamily);
  const evenPort = message.get(attributeType.evenPort);
  const withToken = hasToken && (hasFamily || hasAdditional || evenPort !== undefined);
  const withAdditional = hasAdditional && (hasFamily || readEvenPort(evenPort) === 'pair');
  return withToken || withAdditional ? { error: 400 } : undefined;
}

function readEvenPort(value: Buffer | undefined): 'any' | 'even' | 'pair' | undefined {
  if (value === undefined) return 'any';
  if (value.length !== 1) return undefined;
  return (value.readUInt8(0) & 0x80) === 0 ? 'even' : 'pair';
}

function readWish(services: TurnServices, message: StunMessage): Wish | Refusal {
  const family = readFamily(message.get(attributeType.requestedAddressFamily));
  const additional = readFamily(message.get(attributeType.additionalAddressFamily));
  const evenPort = readEvenPort(message.get(attributeType.evenPort));
  const token = message.get(attributeType.reservationToken);
  const lifetimeMs = readLifetimeMs(message);
  if (typeof family === 'object') return family;
  if (typeof lifetimeMs === 'object') return lifetimeMs;
  // ADDITIONAL-ADDRESS-FAMILY can only ask for IPv6 beside IPv4 (step 9).
  if (typeof additional === 'object' || additional === 4) return { error: 400 };
  if (evenPort === undefined || (token !== undefined && token.length !== 8)) return { error: 400 };
  const granted = grantedLifetimeMs(lifetimeMs, services);
  return { family: family ?? 4, additional: additional === 6, evenPort, token, lifetimeMs: granted };
}

/** Step 7: a family that the server does not relay is 440; beside a supported one it is only reported. */
function checkFamilies({ ports }: TurnServices, wish: Wish): Refusal | undefined {
  const supported = ports.supports(wish.family) || (wish.additional && ports.supports(6));
  return supported || wish.token !== undefined ? undefined : { error: 440 };
}

/** Step 10: quotas are taken before ports, and given back when there is no port. */
function allocateWithinQuota(services: TurnServices, request: TurnRequest, wish: Wish): Outcome {
  const hold = takeQuota(services, request);
  if ('error' in hold) return hold;
  const bound = bindRelays(services, request, wish);
  if (bound.relays.length > 0) return createAllocation(services, request, { wish, bound, hold });
  hold.release();
  if (wish.token === undefined) services.context.limitLog.hit('relay ports', { client: request.client.remote.address });
  return { error: 508 };
}

function takeQuota({ quotas, quotaMax, context }: TurnServices, request: TurnRequest): QuotaHold | Refusal {
  const { client, credential } = request;
  const keys = quotaKeys({ user: credential.identity, address: client.remote.address });
  const wanted = [
    { key: keys.user, max: quotaMax.user },
    { key: keys.address, max: quotaMax.address },
    { key: keys.total, max: quotaMax.total },
  ];
  const hold = quotas.take(wanted.filter(({ max }) => max > 0));
  if (!('exceeded' in hold)) return hold;
  const limit =
    hold.exceeded === keys.user ? 'user quota' : hold.exceeded === keys.address ? 'address quota' : 'total quota';
  context.limitLog.hit(limit, { user: credential.identity, client: client.remote.address });
  return { error: 486 };
}

function bindRelays(services: TurnServices, { client }: TurnRequest, wish: Wish): Bound {
  const { ports } = services;
  const preferred = client.local.address;
  if (wish.token !== undefined) return boundOf(ports.bindReserved(wish.token));
  if (wish.evenPort === 'pair') {
    const pair = ports.bindPair(wish.family, preferred);
    return boundOf(pair?.relay, pair?.token);
  }
  const families: IpFamily[] = wish.additional ? [4, 6] : [wish.family];
  const bound: Bound = { relays: [], token: undefined, failed: [] };
  for (const family of families) {
    const bind = wish.evenPort === 'even' ? ports.bindEven : ports.bind;
    const relay = ports.supports(family) ? bind.call(ports, family, preferred) : undefined;
    if (relay !== undefined) bound.relays.push(relay);
    else bound.failed.push({ family, error: ports.supports(family) ? 508 : 440 });
  }
  return bound;
}

function boundOf(relay: BoundRelay | undefined, token?: Buffer): Bound {
  return { relays: relay === undefined ? [] : [relay], token, failed: [] };
}

function createAllocation(
  services: TurnServices,
  request: TurnRequest,
  made: { wish: Wish; bound: Bound; hold: QuotaHold },
): Outcome {
  const { client, credential, nowMs, message } = request;
  const { wish, bound, hold } = made;
  const { context } = services;
  const allocation = new Allocation({ client, credential, hold, context, nowMs, transactionId: message.transactionId });
  for (const relay of bound.relays) allocation.addRelay(relay, nowMs + wish.lifetimeMs);
  allocation.answer = successAttributes(allocation, bound, wish.lifetimeMs);
  services.allocations.add(allocation);
  return { attributes: allocation.answer };
}

/** RFC 8656 section 7.2: what a success response carries. */
function successAttributes(allocation: Allocation, bound: Bound, lifetimeMs: number): Attributes {
  const { transactionId, client } = allocation;
  const relayed = allocation.relays.map(
    ({ announced }) => [attributeType.xorRelayedAddress, encodeXorAddress(announced, transactionId)] as const,
  );
  const failed = bound.failed.map((failure) => [attributeType.addressErrorCode, encodeAddressError(failure)] as const);
  const token = bound.token === undefined ? [] : [[attributeType.reservationToken, bound.token] as const];
  const mapped = [attributeType.xorMappedAddress, encodeXorAddress(client.remote, transactionId)] as const;
  return [...relayed, lifetimeAttribute(lifetimeMs), ...failed, ...token, mapped];
}

/** RFC 8656 section 18.12: ERROR-CODE with the family in its first byte. */
function encodeAddressError({ family, error }: Bound['failed'][number]): Buffer {
  const value = encodeErrorCode(error);
  value.writeUInt8(family === 4 ? 1 : 2, 0);
  return value;
}

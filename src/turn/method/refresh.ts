import type { Allocation } from '../relay/allocation.ts';
import type { Relay } from '../relay/relay.ts';
import { attributeType } from '../stun/attribute-type.ts';
import {
  grantedLifetimeMs,
  lifetimeAttribute,
  type Outcome,
  readFamily,
  readLifetimeMs,
  requireAllocation,
  type TurnRequest,
  type TurnServices,
} from './turn-request.ts';

/** RFC 8656 section 8.2. */
export function handleRefresh(services: TurnServices, request: TurnRequest): Outcome {
  const allocation = requireAllocation(request);
  if ('error' in allocation) return allocation;
  const relays = selectRelays(request, allocation);
  if ('error' in relays) return relays;
  const wantedMs = readLifetimeMs(request.message);
  if (typeof wantedMs === 'object') return wantedMs;
  const lifetimeMs = wantedMs === 0 ? 0 : grantedLifetimeMs(wantedMs, services);
  for (const relay of relays) relay.expiresAtMs = request.nowMs + lifetimeMs;
  if (lifetimeMs === 0 && allocation.sweep(request.nowMs)) services.allocations.remove(allocation);
  return { attributes: [lifetimeAttribute(lifetimeMs)] };
}

/** With REQUESTED-ADDRESS-FAMILY only that family's relayed address is meant, and 443 says that there is none. */
function selectRelays({ message }: TurnRequest, allocation: Allocation): readonly Relay[] | { error: 400 | 443 } {
  const family = readFamily(message.get(attributeType.requestedAddressFamily));
  if (family === undefined) return allocation.relays;
  if (typeof family === 'object') return { error: family.error === 400 ? 400 : 443 };
  const relay = allocation.relayOf(family);
  return relay === undefined ? { error: 443 } : [relay];
}

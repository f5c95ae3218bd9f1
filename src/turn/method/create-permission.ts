import type { TransportAddress } from '../net/ip-address.ts';
import type { Allocation } from '../relay/allocation.ts';
import { attributeType } from '../stun/attribute-type.ts';
import { decodeXorAddress } from '../stun/xor-address.ts';
import { type Outcome, requireAllocation, type TurnRequest, type TurnServices } from './turn-request.ts';

/** RFC 8656 section 10.2: all addresses of the request are permitted, or none. */
export function handleCreatePermission(services: TurnServices, request: TurnRequest): Outcome {
  const allocation = requireAllocation(request);
  if ('error' in allocation) return allocation;
  const peers = readPeers(request);
  if (peers === undefined) return { error: 400 };
  const refusal = checkPeers(services, allocation, peers);
  if (refusal !== undefined) return refusal;
  for (const peer of peers) allocation.permit(peer, request.nowMs);
  return { attributes: [] };
}

/** At least one XOR-PEER-ADDRESS, and each well-formed. */
function readPeers({ message }: TurnRequest): readonly TransportAddress[] | undefined {
  const values = message.getAll(attributeType.xorPeerAddress);
  const peers = values
    .map((value) => decodeXorAddress(value, message.transactionId))
    .filter((peer) => peer !== undefined);
  return peers.length > 0 && peers.length === values.length ? peers : undefined;
}

function checkPeers(
  { context }: TurnServices,
  allocation: Allocation,
  peers: readonly TransportAddress[],
): Extract<Outcome, { error: unknown }> | undefined {
  if (peers.some(({ family }) => allocation.relayOf(family) === undefined)) return { error: 443 };
  const forbidden = peers.find(({ address }) => !context.filter.allowsAddress(address));
  if (forbidden !== undefined) {
    context.limitLog.hit('peer filter', { peer: forbidden.address, user: allocation.credential.identity });
    return { error: 403 };
  }
  return allocation.hasRoomFor(peers.map(({ address }) => address)) ? undefined : { error: 508 };
}

import type { TransportAddress } from '../net/ip-address.ts';
import type { Allocation } from '../relay/allocation.ts';
import { attributeType } from '../stun/attribute-type.ts';
import { decodeXorAddress } from '../stun/xor-address.ts';
import { type Outcome, requireAllocation, type TurnRequest, type TurnServices } from './turn-request.ts';

interface Binding {
  readonly channel: number;
  readonly peer: TransportAddress;
}

/** RFC 8656 section 12.2. */
export function handleChannelBind(services: TurnServices, request: TurnRequest): Outcome {
  const allocation = requireAllocation(request);
  if ('error' in allocation) return allocation;
  const binding = readBinding(request, services.maxChannel);
  if (binding === undefined || !isConsistent(allocation, binding, request.nowMs)) return { error: 400 };
  const refusal = checkBinding(services, allocation, binding);
  if (refusal !== undefined) return refusal;
  allocation.bindChannel(binding.channel, binding.peer, request.nowMs);
  return { attributes: [] };
}

/** A channel number of the range that is left for channels (RFC 8656 section 12), and one peer. */
function readBinding({ message }: TurnRequest, maxChannel: number): Binding | undefined {
  const number = message.get(attributeType.channelNumber);
  const value = message.get(attributeType.xorPeerAddress);
  const peer = value && decodeXorAddress(value, message.transactionId);
  if (number?.length !== 4 || peer === undefined) return undefined;
  const channel = number.readUInt16BE(0);
  return channel >= 0x4000 && channel <= maxChannel ? { channel, peer } : undefined;
}

/** Neither is the channel bound to another peer nor the peer to another channel. */
function isConsistent(allocation: Allocation, { channel, peer }: Binding, nowMs: number): boolean {
  const bound = allocation.channelOf(peer, nowMs);
  return bound === channel || (bound === 0 && !allocation.isChannelBound(channel, nowMs));
}

function checkBinding(
  { context }: TurnServices,
  allocation: Allocation,
  { peer }: Binding,
): Extract<Outcome, { error: unknown }> | undefined {
  if (allocation.relayOf(peer.family) === undefined) return { error: 443 };
  if (!allocation.mayReach(peer)) {
    context.limitLog.hit('peer filter', { peer: peer.address, port: peer.port, user: allocation.credential.identity });
    return { error: 403 };
  }
  return allocation.hasRoomFor([peer.address]) && allocation.hasRoomForChannel() ? undefined : { error: 508 };
}

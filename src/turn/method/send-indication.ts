import type { Allocation } from '../relay/allocation.ts';
import type { Peer } from '../relay/peer.ts';
import { attributeType, isUnknownRequired } from '../stun/attribute-type.ts';
import { fingerprintOf } from '../stun/fingerprint.ts';
import { magicCookie, stunHeaderBytes } from '../stun/stun-message.ts';
import { encodeStunType, stunClass, stunMethod } from '../stun/stun-type.ts';
import { decodeXorAddress } from '../stun/xor-address.ts';

export const sendIndicationType = encodeStunType(stunMethod.send, stunClass.indication);

/** Where the two attributes that count begin, filled anew for each indication: nothing is allocated per packet. */
const found = { peerStart: 0, peerLength: 0, dataStart: 0, dataLength: 0 };

/**
 * RFC 8656 section 11.2, on a path of its own that builds no message object. The header was checked already. Whatever
 * else is wrong with an indication, it is dropped in silence; false then.
 */
export function relaySendIndication(allocation: Allocation, indication: Buffer): boolean {
  if (!findAttributes(indication)) return false;
  const { peerStart, peerLength, dataStart, dataLength } = found;
  const peer = findPeer(allocation, indication, peerStart, peerLength);
  if (peer === undefined) return false;
  allocation.relayTo(peer, indication.subarray(dataStart, dataStart + dataLength));
  return true;
}

/** Finds the first XOR-PEER-ADDRESS and DATA; false for a malformed message or an unknown required attribute. */
function findAttributes(indication: Buffer): boolean {
  found.peerStart = 0;
  found.dataStart = 0;
  for (let start = stunHeaderBytes; start < indication.length; ) {
    const type = indication.readUInt16BE(start);
    const length = indication.readUInt16BE(start + 2);
    const next = start + 4 + length + (-length & 3);
    if (next > indication.length || isUnknownRequired(type)) return false;
    if (type === attributeType.fingerprint && !isFingerprintRight(indication, start)) return false;
    noteAttribute(type, start + 4, length);
    start = next;
  }
  return found.peerStart > 0 && found.dataStart > 0;
}

function noteAttribute(type: number, start: number, length: number): void {
  if (type === attributeType.xorPeerAddress && found.peerStart === 0) {
    found.peerStart = start;
    found.peerLength = length;
  } else if (type === attributeType.data && found.dataStart === 0) {
    found.dataStart = start;
    found.dataLength = length;
  }
}

function isFingerprintRight(indication: Buffer, start: number): boolean {
  if (start + 8 !== indication.length || indication.readUInt16BE(start + 2) !== 4) return false;
  return indication.readUInt32BE(start + 4) === fingerprintOf(indication.subarray(0, start));
}

/** An IPv4 peer that is the same as in the indication before is recognised by its bytes, without a string. */
function findPeer(allocation: Allocation, indication: Buffer, start: number, length: number): Peer | undefined {
  if (length !== 8 || indication[start + 1] !== 1) return lookUpPeer(allocation, indication, start, length);
  const port = indication.readUInt16BE(start + 2) ^ (magicCookie >>> 16);
  const address = indication.readInt32BE(start + 4);
  const recent = allocation.recentSend;
  if (recent.address === address && recent.peer?.port === port) return recent.peer;
  recent.peer = lookUpPeer(allocation, indication, start, length);
  recent.address = address;
  return recent.peer;
}

function lookUpPeer(allocation: Allocation, indication: Buffer, start: number, length: number): Peer | undefined {
  const value = indication.subarray(start, start + length);
  const target = decodeXorAddress(value, indication.subarray(8, stunHeaderBytes));
  return target && allocation.findPeer(target.address, target.port);
}

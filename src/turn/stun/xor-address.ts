import { formatIp, parseIp, type TransportAddress } from '../net/ip-address.ts';
import { magicCookie } from './stun-message.ts';

const cookieHigh = magicCookie >>> 16;

/**
 * Encodes an XOR-MAPPED-ADDRESS and its kin (RFC 8489 section 14.2): the port is combined with the cookie's high half,
 * the address with the cookie and, for IPv6, the transaction id.
 */
export function encodeXorAddress(target: TransportAddress, transactionId: Buffer): Buffer {
  const bytes = parseIp(target.address);
  if (bytes === undefined) throw new TypeError('an address literal is expected');
  const value = Buffer.alloc(4 + bytes.length);
  value[1] = bytes.length === 4 ? 1 : 2;
  value.writeUInt16BE(target.port ^ cookieHigh, 2);
  xorInto(bytes, transactionId).copy(value, 4);
  return value;
}

/** Decodes what encodeXorAddress writes; undefined for another family or length. */
export function decodeXorAddress(value: Buffer, transactionId: Buffer): TransportAddress | undefined {
  const isIpv4 = value.length === 8 && value[1] === 1;
  const isIpv6 = value.length === 20 && value[1] === 2;
  if (!isIpv4 && !isIpv6) return undefined;
  const bytes = xorInto(Buffer.from(value.subarray(4)), transactionId);
  return { family: isIpv4 ? 4 : 6, address: formatIp(bytes), port: value.readUInt16BE(2) ^ cookieHigh };
}

function xorInto(bytes: Buffer, transactionId: Buffer): Buffer {
  bytes.writeUInt32BE((bytes.readUInt32BE(0) ^ magicCookie) >>> 0, 0);
  for (let index = 4; index < bytes.length; index += 1) {
    bytes[index] = bytes.readUInt8(index) ^ transactionId.readUInt8(index - 4);
  }
  return bytes;
}

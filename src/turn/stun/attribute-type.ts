/** The attribute numbers of RFC 8489 section 18.3 and RFC 8656 section 18 that are read or written here. */
export const attributeType = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  evenPort: 0x0018,
  requestedTransport: 0x0019,
  dontFragment: 0x001a,
  messageIntegritySha256: 0x001c,
  passwordAlgorithm: 0x001d,
  userhash: 0x001e,
  xorMappedAddress: 0x0020,
  reservationToken: 0x0022,
  additionalAddressFamily: 0x8000,
  addressErrorCode: 0x8001,
  passwordAlgorithms: 0x8002,
  software: 0x8022,
  fingerprint: 0x8028,
} as const;

/**
 * The comprehension-required attributes that are understood. DONT-FRAGMENT is left out: Node cannot set the DF bit, and
 * RFC 8656 section 7.2 step 4 then wants it answered as an unknown attribute.
 */
const understood: ReadonlySet<number> = new Set(
  Object.values(attributeType).filter((type) => type < 0x8000 && type !== attributeType.dontFragment),
);

/** True for an attribute that must be understood for the message to be processed, and is not (RFC 8489 section 14). */
export function isUnknownRequired(type: number): boolean {
  return type < 0x8000 && !understood.has(type);
}

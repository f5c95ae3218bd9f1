/** Every error code that a reply of this server carries, with the reason phrase of the RFC that defines it. */
export const stunErrorReasons = {
  400: 'Bad Request',
  401: 'Unauthenticated',
  403: 'Forbidden',
  420: 'Unknown Attribute',
  437: 'Allocation Mismatch',
  438: 'Stale Nonce',
  440: 'Address Family not Supported',
  441: 'Wrong Credentials',
  442: 'Unsupported Transport Protocol',
  443: 'Peer Address Family Mismatch',
  486: 'Allocation Quota Reached',
  508: 'Insufficient Capacity',
} as const;

export type StunErrorCode = keyof typeof stunErrorReasons;

export const stunErrorCodes: readonly StunErrorCode[] = [400, 401, 403, 420, 437, 438, 440, 441, 442, 443, 486, 508];

/** The value of ERROR-CODE (RFC 8489 section 14.8): 21 reserved bits, the hundreds, the rest, the reason. */
export function encodeErrorCode(code: StunErrorCode): Buffer {
  const reason = stunErrorReasons[code];
  const value = Buffer.alloc(4 + reason.length);
  value[2] = Math.floor(code / 100);
  value[3] = code % 100;
  value.write(reason, 4, 'latin1');
  return value;
}

/** Reads ERROR-CODE; undefined when the value is too short or the number is outside 300 to 699. */
export function decodeErrorCode(value: Buffer): { code: number; reason: string } | undefined {
  if (value.length < 4) return undefined;
  const code = (value.readUInt8(2) & 7) * 100 + value.readUInt8(3);
  if (code < 300 || code > 699 || value.readUInt8(3) > 99) return undefined;
  return { code, reason: value.toString('utf8', 4) };
}

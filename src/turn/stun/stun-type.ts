/** The methods of RFC 8489 section 18.2 and RFC 8656 section 17 that this server answers. */
export const stunMethod = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

export const stunClass = { request: 0, indication: 1, success: 2, error: 3 } as const;

export type StunClass = (typeof stunClass)[keyof typeof stunClass];

/** Interleaves the class bits C1 and C0 with the method's twelve bits (RFC 8489, figure 3). */
export function encodeStunType(method: number, messageClass: StunClass): number {
  const low = method & 0x00f;
  const middle = (method & 0x070) << 1;
  const high = (method & 0xf80) << 2;
  return high | middle | low | ((messageClass & 2) << 7) | ((messageClass & 1) << 4);
}

export function stunMethodOf(type: number): number {
  return ((type & 0x3e00) >> 2) | ((type & 0x00e0) >> 1) | (type & 0x000f);
}

export function stunClassOf(type: number): StunClass {
  const bits = ((type & 0x0100) >> 7) | ((type & 0x0010) >> 4);
  return bits === 0 ? 0 : bits === 1 ? 1 : bits === 2 ? 2 : 3;
}

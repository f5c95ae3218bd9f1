/** CPU time of a load generator with one WebRTC stack. */
export interface StackCost {
  /** A connection: offer and answer, ICE and DTLS, in ms. */
  connectionMs: number;
  /** A packet that is sent and one that is received, in µs. */
  packetUs: number;
}

/** CPU time of this process since it began, with all its threads. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

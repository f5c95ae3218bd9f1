/**
 * Every fixed limit of the program, each with its unit in the name and the reason beside it. What an operator may want
 * to change is an option of the configuration instead, whose default lives in its schema.
 */
export const turnLimits = {
  /** A request from a client without an allocation: the largest with every long attribute at its RFC maximum is 2.5 kB. */
  maxRequestBytes: 3_000,
  /** A stream frame: the largest STUN message or ChannelData that its 16-bit length can announce, with padding. */
  maxFrameBytes: 65_556,
  /** Output waiting on a TCP or TLS client beyond which relayed data is dropped, as UDP would: half a second at 4 Mbit/s. */
  maxWriteBufferBytes: 262_144,
  /** Datagrams waiting in user space for the kernel beyond which more are dropped; normally there is none. */
  maxSendQueueBytes: 1_048_576,
  /** Kernel buffers of each UDP socket that clients reach: a burst of key frames from a hundred clients fits. */
  listenerBufferBytes: 4_194_304,
  /** Kernel buffers of each relay socket: one participant's burst of key frames fits. */
  relayBufferBytes: 1_048_576,
  /** Permissions of one allocation: a client talks to a handful of peers, each with a few candidates. */
  maxPermissionsPerAllocation: 128,
  /** Channels of one allocation, for the same reason; the numbers would allow 4096. */
  maxChannelsPerAllocation: 128,
  /** Ports remembered per permitted address; more are still relayed, only looked up anew. */
  maxPeersPerPermission: 64,
  /** Ports that are tried, at random, before an Allocate is refused with 508. */
  maxPortAttempts: 64,
  /** Requests per second and address that need no valid credentials (Binding included), and the burst they may come in:
   * a hundred clients behind one NAT connecting at once fit. Each thread counts by itself. */
  unauthenticatedPerSecond: 200,
  unauthenticatedBurst: 1_000,
  /** Counters of the rate and quota sketches, in each of three rows: a false refusal needs three collisions. */
  sketchWidth: 65_536,
  /** TCP and TLS connections of one source address: browsers open one per candidate and server; NATs share addresses. */
  maxConnectionsPerAddress: 200,
  /** TCP and TLS connections of one listener, so that descriptors remain for relay sockets. */
  maxConnectionsPerListener: 10_000,
  /** How long a connection may exist without an allocation, and a TLS handshake may take: several retransmissions. */
  preAuthenticationTimeoutMs: 30_000,
  tlsHandshakeTimeoutMs: 10_000,
  /** A revocation is kept this long; hand out ephemeral credentials that live shorter. */
  revocationMs: 86_400_000,
  /** Revoked users that are remembered; beyond it the oldest is forgotten. */
  maxRevokedUsers: 100_000,
  /** A reserved sibling port is kept this long (RFC 8656 section 7.2: 30 seconds). */
  reservationMs: 30_000,
  /** Two log lines about the same limit are at least this far apart. */
  limitLogIntervalMs: 10_000,
  /** Shared secrets that are valid at a time: two for a rotation, two spare. */
  maxSecrets: 4,
  /** How long workers get to close their sockets before they are terminated. */
  threadCloseTimeoutMs: 5_000,
} as const;

/**
 * Every fixed limit of the program, each with its unit in the name and the reason beside it. What an operator may want
 * to change is an option of the configuration instead, whose default lives in its schema.
 */
export const turnLimits = {
  /** A request from a client without an allocation: the largest with every long attribute at its RFC maximum is 2.5 kB. */
  maxRequestBytes: 3_000,
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
  /** Connections that wait in the kernel to be accepted, for the reason that HTTP has as many. */
  acceptBacklog: 4_096,
  /** TCP and TLS connections of one listener, so that descriptors remain for relay sockets. */
  maxConnectionsPerListener: 10_000,
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

export const sfuLimits = {
  /** Requests of one session that wait for the one before: a page of tiles resized while an offer is being answered. */
  queuedRequestsPerSession: 256,
  /** M-lines of one subscribe connection; fewer than the parser takes, and a hundred participants with two tracks each. */
  subscribeSections: 200,
  /** A key frame is some ten times the size of another frame: a sender is asked for at most three in a second. */
  keyFrameRequestDelayMs: 300,
  /** Time that a negotiation waits for a worker while none is alive; a worker starts in about 50 ms. */
  workerWaitMs: 5_000,
  /** Wait before a worker that keeps dying is started again; doubled with each death up to the second. */
  workerRestartDelayMs: 200,
  maxWorkerRestartDelayMs: 10_000,
  /** A worker that lived this long had a new reason to die, and is replaced at once. */
  stableWorkerMs: 30_000,
  /** Time that a worker's process gets to end by itself. */
  workerCloseTimeoutMs: 5_000,
  /** Wait before subscriptions that failed for want of a worker are tried again. */
  updateRetryDelayMs: 100,
  /** What an empty router counts for when load is compared, in consumers: a call of two has four. */
  routerLoadConsumers: 4,
  /** Kernel buffers of a worker's UDP socket: a burst of key frames to a hundred receivers. The kernel may grant less. */
  socketBufferBytes: 4_194_304,
  /** How often loudness is measured; shorter is not seen on a screen. */
  audioLevelIntervalMs: 200,
  /** Quieter than this is silence, in dBov. */
  silenceDb: -60,
  /** A speaker stays one through the pauses between words. */
  speakerHoldMs: 800,
  /** Speakers told at a time. */
  speakers: 8,
  /** Loudness has to change by this much (of 1) to be told again. */
  speakerLevelStep: 0.1,
  /** Quality is told at most this often. */
  qualityIntervalMs: 1_000,
  /** What a browser begins to send with; without it Chromium's best layer starts after 17 s instead of 0.6 s. */
  publishStartBitrateKbps: 1_500,
} as const;

export const signalingLimits = {
  /** One WebSocket message: the longest SDP (256 Ki characters), its line ends escaped, and its header. */
  maxFrameBytes: 327_680,
  /** Body of an application's message as JSON text: a long chat message or a small picture, not a file. */
  maxMessageBytes: 65_536,
  /** Sustained messages of one participant, and how many may come at once: a person types two in a second. */
  messagesPerSecond: 20,
  messageBurst: 60,
  /** Sustained requests of one session, over all of its connections; a tile page being resized makes about ten in a second. */
  requestsPerSecond: 50,
  /** Requests that may come at once: candidates and subscriptions of a join into a big room. */
  requestBurst: 250,
  /** Refusals in a row, without the bucket having filled up again, after which the connection is closed. */
  rateLimitRefusals: 50,
  /** Sustained bytes of one session, likewise, and the burst: a few offers of the largest size. */
  receivedBytesPerSecond: 524_288,
  receivedBytesBurst: 2_097_152,
  /** Requests of one connection that wait for its join, or of a session that the media side has not answered yet. */
  maxPendingRequests: 256,
  /** Output waiting on one socket; a peer that has not read this much is not reading. */
  maxSendQueueBytes: 1_048_576,
  /**
   * Events kept for resumes, of each room and of each session's own, at most: half a minute of a big room's comings and goings.
   * None is kept for much longer than somebody may come back after it.
   */
  replayEvents: 1_000,
  /** The same in bytes, so that relayed SDPs of a busy session do not add up. */
  replayBytes: 524_288,
  /** Replies kept for requests that are sent again: 64 short ones have 2,000 characters, an answer of the SFU some thousand. */
  keptReplyChars: 131_072,
  /** How long a session outlives its socket: time for a phone to change networks. */
  graceMs: 30_000,
  /** A connection that has not joined by then has no business here. */
  joinTimeoutMs: 10_000,
  /** Short enough to keep NAT and proxy entries (often 30 to 60 s) alive. */
  heartbeatIntervalMs: 10_000,
  /** Two lost heartbeats are forgiven. */
  heartbeatTimeoutMs: 25_000,
  /** How long a closing handshake may take before the socket is destroyed. */
  closeTimeoutMs: 3_000,
  /** Open WebSockets; one costs about 13 kB and a file descriptor. */
  maxConnections: 20_000,
  /** The same from one address, which people behind a NAT share. */
  maxConnectionsPerAddress: 256,
  /** Upgrades from one address, sustained and at once: an office behind a NAT comes back after a restart. Loopback is free. */
  connectionsPerSecondPerAddress: 50,
  connectionBurstPerAddress: 500,
  /** The same for joins, whatever becomes of them: a token cannot be guessed at this rate. */
  joinsPerSecondPerAddress: 20,
  joinBurstPerAddress: 300,
  /** Requests to the HTTP API from one address. */
  apiRequestsPerSecondPerAddress: 50,
  apiRequestBurstPerAddress: 200,
  /** Addresses whose rates are remembered; beyond it the one seen longest ago is forgotten. 150 bytes each. */
  maxTrackedAddresses: 50_000,
  maxRooms: 10_000,
  /** Open rooms that one identity, or one address without any, has opened. */
  maxRoomsPerIdentity: 100,
  /** Bans of one room; beyond it the oldest is lifted. Lock the room before. */
  maxBansPerRoom: 1_000,
  /** Revoked identities that are remembered, and for how long: tokens should not live longer. */
  maxRevocations: 100_000,
  revocationKeptMs: 31_536_000_000,
  /** How long an empty room lives that the HTTP API has created, unless the request says otherwise. */
  createdRoomEmptyMs: 300_000,
  /** Signaling carries more; whether media does depends on how many of them publish. */
  maxParticipantsPerRoom: 500,
  /** Camera, microphone, screen with audio, and as much again while they are replaced. */
  maxTracksPerParticipant: 16,
  /** Clients come back spread over this time after a shutdown, so that they do not all come at once. */
  shutdownRetryMs: 1_000,
  /** A new room is asked for again after this long: by then a load balancer knows that the server drains. */
  drainRetryMs: 5_000,
} as const;

export const wireLimits = {
  /** Frames above it are compressed for who asked for that: what fits into one TCP segment arrives no sooner when smaller. */
  compressAboveBytes: 1_400,
  /** Base-2 logarithm of the window that frames are compressed with: the largest that Python's `websockets` takes unasked. */
  compressWindowBits: 12,
  /** Level 6 takes a third more time to make a join reply a tenth smaller. */
  compressLevel: 4,
  /** Arrays and maps within each other in a MessagePack message; what comes is written as JSON by a recursive function. */
  maxPackedDepth: 128,
  /** Frames of one message that comes in several; no client needs more than a few. */
  maxFragments: 1_024,
} as const;

export const httpLimits = {
  /** Connections that wait in the kernel to be accepted: a thousand users who come back at once fit. Beyond it clients
   * try again after one, three and seven seconds. The kernel may grant less (`net.core.somaxconn`). */
  acceptBacklog: 4_096,
} as const;

export const webhookLimits = {
  /** Events that wait for one receiver: some minutes of a busy server, in 300 kB. */
  maxQueued: 1_000,
  /** With the delay doubled each time the last attempt comes half a minute after the first. */
  maxAttempts: 6,
  retryDelayMs: 1_000,
  /** A receiver answers at once and does its work afterwards. */
  timeoutMs: 5_000,
  /** How long the last events get when the server closes. */
  closeTimeoutMs: 2_000,
} as const;

export const mailboxLimits = {
  /** A sender that repeats a message later than this after it arrived is not recognised; nobody retries for a day. */
  rememberIdsMs: 86_400_000,
  /** Ids of messages that have arrived, of all senders; some 300 bytes each in the database. */
  maxRememberedIds: 1_000_000,
  /** All mailboxes together, so that messages to invented users cannot fill the disk. */
  maxTotalEntries: 1_000_000,
  maxTotalBytes: 1_073_741_824,
  /** How often expired messages are looked for; the sender learns of it that much later. */
  sweepIntervalMs: 1_000,
  /** Messages removed in one go when many expire together: some five milliseconds; the rest follows after what else is due. */
  maxSweptAtOnce: 100,
  /** Entries read from the database at once, while the event loop waits. */
  entriesPerRead: 32,
} as const;

/** The limits of the hub as an operator may set them. */
export type SignalingLimits = { readonly [Name in keyof typeof signalingLimits]: number };

/**
 * What a description may contain. The SDP comes from anybody, so everything that is looped over has a bound, far above
 * what real clients write.
 */
export const sdpLimits = {
  /** Chromium needs about 4 kB for a video section with all its codecs; fifty of them and room to spare. */
  maxDescriptionChars: 262_144,
  /** The longest real line is a fmtp with H.264 parameter sets, well below 1000. */
  maxLineChars: 4096,
  /** A publish offer has a handful, a subscribe answer two for each participant on the page. */
  maxSections: 256,
  /** Chromium writes about 150 for video; each line is matched against a few dozen patterns. */
  maxLinesPerSection: 1024,
  /** RTP payload types have seven bits. */
  maxCodecsPerSection: 128,
  /** One-byte header extensions end at 14, two-byte ones at 255; no client declares more than 20. */
  maxHeaderExtensionsPerSection: 64,
  /** Browsers send three simulcast encodings; mediasoup would take more, nobody profits. */
  maxRids: 4,
  /** Three simulcast encodings with RTX make six. */
  maxSsrcsPerSection: 16,
  /** Enough for a UUID; the RTP header extension carries at most 255 bytes. */
  maxMidChars: 64,
  /** RFC 8851 allows any length, the one-byte header extension carries 16. */
  maxRidChars: 16,
  /** A canonical name is random text or user@host. */
  maxCnameChars: 255,
  /** Parameters of one fmtp line; H.264 has eight. */
  maxCodecParameters: 32,
  /** The longest real candidate line has about 250 characters. */
  maxCandidateChars: 1024,
} as const;

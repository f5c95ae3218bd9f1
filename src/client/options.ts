import type { Metadata, TrackSource } from '../protocol/models.ts';
import type { FrameEncoding, PeerConnectionFactory, WebSocketConstructor } from './platform.ts';

/** Where the client tells what it does; `console` fits. Session descriptions and tokens are never passed to it. */
export interface ClientLogger {
  debug(message: string, details?: Record<string, unknown>): void;
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
}

export interface ReconnectOptions {
  /** The first retry comes after a random time up to this; each further one after up to twice as long. */
  baseDelayMs?: number;
  /** No retry waits longer than this. */
  maxDelayMs?: number;
  /** After this long without a connection the session is given up. */
  giveUpAfterMs?: number;
}

export interface ClientOptions {
  /**
   * Address of the server: `wss://host/signaling`, or the `https:` address of the host, whose signaling path is then
   * assumed. In a page it may be left out and is the page's own host.
   */
  url?: string | URL;
  /** For environments without a global WebSocket, and for tests. */
  WebSocket?: WebSocketConstructor;
  /** For environments without a global RTCPeerConnection, and for tests. */
  createPeerConnection?: PeerConnectionFactory;
  /** How frames are written: JSON when left out, or `msgpackEncoding` from `msgpack.ts`. */
  encoding?: FrameEncoding;
  /** Asks for compression of large frames. It takes memory and time of both sides; worth it where traffic is dear. */
  compress?: boolean;
  logger?: ClientLogger;
  reconnect?: ReconnectOptions;
  /** Merged into the configuration of the peer connections, for instance `{ iceTransportPolicy: 'relay' }`. */
  rtcConfiguration?: RTCConfiguration;
}

export interface JoinOptions {
  room: string;
  name?: string;
  metadata?: Metadata;
  /**
   * Access token, or a function that gets a current one: it is called again before every full rejoin, and in time before
   * the token in force expires.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * `auto` (the default, where there is WebRTC): receive every track. `manual`: only those named in `subscribe`.
   */
  subscribe?: 'auto' | 'manual';
}

export interface PublishOptions {
  /** By default `microphone` for audio and `camera` for video. */
  source?: TrackSource;
  /** Publish unheard and unseen at first. */
  muted?: boolean;
  metadata?: Metadata;
  /**
   * `true` (the default for a camera): two or three sizes as the capture size allows. An array: these encodings, in
   * rising quality, each with a rid.
   */
  simulcast?: boolean | RTCRtpEncodingParameters[];
  /** Bits per second of the largest encoding. */
  maxBitrate?: number;
  /** MIME types to prefer, the first most, for instance `['video/H264']`; those not available are passed over. */
  codecs?: string[];
  /** Opus: send next to nothing during silence (default true, false for `screenAudio`). */
  dtx?: boolean;
  /** Opus: two channels (default false, true for `screenAudio`). */
  stereo?: boolean;
  /** Tells the encoder what matters: `motion`, `detail`, `text`, `speech` or `music`. */
  contentHint?: string;
}

/** How a track is wanted. Sizes are in device pixels. */
export interface SubscribeOptions {
  width?: number;
  height?: number;
  /** 1 to 255; who gets bandwidth first when it is short. */
  priority?: number;
  /** True while the track is not shown; nothing is sent then. */
  paused?: boolean;
}

export interface MessageOptions {
  /** A participant's id; everyone else in the room when left out. */
  to?: string;
  /** Instead of `to`: an identity, on all devices that are in the room. */
  toUser?: string;
  /** Keep it for each user it is for until it has arrived, and tell by `receiptReceived`. Needs identities. */
  acknowledge?: boolean;
  /** The own id of the message, with which it arrives once however often it is sent; made when left out. */
  id?: string;
  /** How long an acknowledged message is kept. */
  ttlSeconds?: number;
  /** The application's name for this kind of message. */
  type?: string;
  /** Any JSON value, with a `Uint8Array` for bytes wherever one is wanted. */
  body: unknown;
}

/** A message of which the sender will hear no more. */
export type PostedMessage = Pick<MessageOptions, 'to' | 'toUser' | 'type' | 'body'>;

export interface SelfUpdate {
  name?: string;
  metadata?: Metadata;
}

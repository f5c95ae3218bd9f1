import { workerBin } from 'mediasoup';
import type { CodecName } from './codecs.ts';
import type { ListenAddress } from './media-worker.ts';

/** What an operator chooses; `server.ts` fills it from the configuration. */
export interface SfuOptions {
  /** Path of the mediasoup worker; without it, the one that mediasoup's own installation brings. */
  workerBin?: string;
  /** Number of worker processes, one per core. */
  workers: number;
  listen: readonly ListenAddress[];
  enableUdp: boolean;
  enableTcp: boolean;
  codecs: readonly CodecName[];
  /** Bits per second that a subscribe connection is believed to carry until it has been measured. */
  initialBitrate: number;
  /** Tracks that one participant may publish. */
  maxTracksPerParticipant: number;
  /** Consumers on one worker beyond which a room takes in newcomers on another worker. */
  maxConsumersPerWorker: number;
}

/** What holds unless it is said otherwise. */
export const sfuDefaults = {
  /** The program that mediasoup's package has downloaded or built, or that `MEDIASOUP_WORKER_BIN` names. */
  workerBin,
  enableUdp: true,
  enableTcp: true,
  codecs: ['opus', 'VP8', 'VP9', 'H264', 'AV1'],
  /** Enough for four cameras in small tiles at once; congestion control corrects it within seconds. */
  initialBitrate: 1_500_000,
  /** Microphone, camera, screen with audio, and as many again. */
  maxTracksPerParticipant: 8,
  /** A core forwards about this many video streams. */
  maxConsumersPerWorker: 400,
} as const satisfies Partial<SfuOptions>;

import type { CreateSfuOptions } from '../sfu/create-sfu.ts';
import type { Config } from '../shared/config/schema.ts';

const codecNames = { opus: 'opus', vp8: 'VP8', vp9: 'VP9', h264: 'H264', av1: 'AV1' } as const;

/** What the SFU takes from the configuration. */
export function sfuOptionsOf({ media, limits }: Config): CreateSfuOptions {
  const { workers = 1, workerBin, listenAddresses, announcedAddress, port } = media;
  return {
    workers,
    ...(workerBin !== undefined && { workerBin }),
    listen: listenAddresses.map((address) => ({ address, port, ...(announcedAddress && { announcedAddress }) })),
    enableTcp: media.enableTcp,
    codecs: media.codecs.map((name) => codecNames[name]),
    initialBitrate: media.initialOutgoingBitrateBps,
    maxTracksPerParticipant: limits.maxTracksPerParticipant,
  };
}

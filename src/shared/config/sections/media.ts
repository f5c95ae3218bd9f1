import { z } from 'zod';
import { count, field, filePath, ipAddress, port, reachableAddress } from '../field.ts';

const codec = z.enum(['opus', 'vp8', 'vp9', 'h264', 'av1']);

/** The mediasoup workers, and where clients reach them. */
export const mediaSection = z.strictObject({
  workers: field(count(256).optional(), 'Number of mediasoup workers.', { defaultText: 'one for each processor core' }),
  workerBin: field(
    filePath().optional(),
    'The mediasoup-worker program. `MEDIASOUP_WORKER_BIN` is understood too, and set by `npm start`.',
    { defaultText: "mediasoup's own" },
  ),
  listenAddresses: field(
    z.array(ipAddress()).min(1).max(8).default(['127.0.0.1']),
    'Addresses on which the workers receive media.',
  ),
  announcedAddress: field(
    reachableAddress().optional(),
    'Address that clients are told to send media to, when it is not the one listened on, as behind NAT.',
    { defaultText: 'found automatically when listening on `0.0.0.0` or `::`' },
  ),
  port: field(
    port().default(40_000),
    'Port of the first worker, UDP and TCP; each further worker takes the next one. 0 lets the system choose.',
  ),
  enableTcp: field(z.boolean().default(true), 'Offer ICE over TCP beside UDP, for networks that block UDP.'),
  codecs: field(
    z.array(codec).min(1).default(['opus', 'vp8', 'vp9', 'h264', 'av1']),
    'Codecs that are offered to clients, in order of preference.',
  ),
  initialOutgoingBitrateBps: field(
    count().default(1_000_000),
    'Bandwidth estimate, in bits per second, with which sending to a participant starts.',
  ),
});

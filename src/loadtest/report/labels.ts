import type { LatencyName } from '../core/recorder.ts';

/** What people read for each latency. */
export const latencyLabels: Record<LatencyName, string> = {
  connect: 'TCP and WebSocket connect',
  join: 'Join (from intended start)',
  resume: 'Resume',
  leaveSeen: 'Leave seen by others',
  ping: 'Ping',
  message: 'Message delivery',
  signalOffer: 'Relayed offer delivered',
  signalRoundTrip: 'Relayed offer to answer',
  signalCandidate: 'Relayed candidate delivered',
  publish: 'Publish offer to answer',
  subscribeOffer: 'Subscribe offer received',
  ice: 'ICE connected',
  dtls: 'DTLS connected',
  firstPacket: 'First RTP packet received',
  start: 'Behind schedule (the tool)',
};

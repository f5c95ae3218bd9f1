import { describe, expect, it } from 'vitest';
import { FakePeerConnection } from '../testing/fake-peer-connection.ts';
import { StatsCollector, type StatsSource, type TrackIdentity } from './stats-collector.ts';

type Entries = Record<string, Record<string, unknown>>;

class ReportingConnection extends FakePeerConnection {
  entries: Entries = {};

  override async getStats(): Promise<RTCStatsReport> {
    return new Map(
      Object.entries(this.entries).map(([id, entry]) => [id, { id, ...entry }]),
    ) as unknown as RTCStatsReport;
  }
}

const camera: TrackIdentity = { direction: 'send', trackId: 'v', participantId: 'me', kind: 'video', source: 'camera' };
const remote: TrackIdentity = {
  ...camera,
  direction: 'receive',
  participantId: 'ann',
  layer: { spatial: 1, temporal: 2 },
};

function createSource(identity: TrackIdentity, entries: Entries) {
  const peerConnection = new ReportingConnection({});
  peerConnection.entries = entries;
  const source: StatsSource = {
    connection: identity.direction === 'send' ? 'publish' : 'subscribe',
    peerConnection,
    identify: (mediaTrackId, mid) => (mediaTrackId === 'm' || mid === '1' ? identity : undefined),
  };
  return { source, peerConnection };
}

const layer = (rid: string, width: number, bytesSent: number, timestamp: number) => ({
  type: 'outbound-rtp',
  mid: '1',
  ...{ rid, bytesSent, timestamp, packetsSent: bytesSent / 1000, active: true },
  ...{ frameWidth: width, frameHeight: width / 2, framesPerSecond: 30, framesEncoded: 60 },
  ...{ codecId: 'codec', remoteId: `remote-${rid}`, mediaSourceId: 'source', qualityLimitationReason: 'cpu' },
});

describe('StatsCollector', () => {
  it('adds the encodings of a simulcast track up and lists them in rising quality', async () => {
    const at = (timestamp: number, factor: number): Entries => ({
      f: layer('f', 1280, 100_000 * factor, timestamp),
      q: layer('q', 320, 10_000 * factor, timestamp),
      'remote-f': { type: 'remote-inbound-rtp', packetsLost: 4 * factor, roundTripTime: 0.02, jitter: 0.001 },
      'remote-q': { type: 'remote-inbound-rtp', packetsLost: 1 * factor, roundTripTime: 0.03, jitter: 0.002 },
      codec: { type: 'codec', mimeType: 'video/VP8' },
    });
    const { source, peerConnection } = createSource(camera, at(1000, 1));
    const collector = new StatsCollector();
    expect((await collector.collect([source])).tracks[0]).toMatchObject({ bitrate: 0, loss: 0 });
    peerConnection.entries = at(2000, 2);
    const { tracks } = await collector.collect([source]);
    expect(tracks).toHaveLength(1);
    expect(tracks[0]).toMatchObject({
      ...camera,
      bitrate: 880_000,
      bytes: 220_000,
      packets: 220,
      packetsLost: 10,
      loss: 5 / 115,
      codec: 'video/VP8',
      width: 1280,
      height: 640,
      roundTripTimeMs: 30,
      jitterMs: 2,
      limitedBy: 'cpu',
      layers: [
        { rid: 'q', bitrate: 80_000, width: 320, height: 160, framesPerSecond: 30 },
        { rid: 'f', bitrate: 800_000, width: 1280, height: 640, framesPerSecond: 30 },
      ],
    });
  });

  it('finds a received track by its MediaStreamTrack and keeps to what the browser tells', async () => {
    const { source } = createSource(remote, {
      in: {
        type: 'inbound-rtp',
        trackIdentifier: 'm',
        timestamp: 1,
        bytesReceived: 5,
        packetsReceived: 2,
        packetsLost: -1,
      },
      other: { type: 'inbound-rtp', trackIdentifier: 'unknown', bytesReceived: 7 },
    });
    const { tracks } = await new StatsCollector().collect([source]);
    expect(tracks).toEqual([{ ...remote, bytes: 5, packets: 2, packetsLost: 0, bitrate: 0, loss: 0 }]);
  });

  it.each([
    ['Chromium', { transport: { type: 'transport', selectedCandidatePairId: 'pair' }, pair: {} }],
    ['Firefox', { pair: { selected: true } }],
    ['others', { pair: { nominated: true, state: 'succeeded' } }],
  ])('finds the path in use as %s tells it', async (_, entries: Entries) => {
    const { source } = createSource(camera, {
      ...entries,
      idle: { type: 'candidate-pair', localCandidateId: 'none', bytesSent: 1 },
      pair: {
        ...entries.pair,
        type: 'candidate-pair',
        ...{ localCandidateId: 'local', currentRoundTripTime: 0.025, bytesSent: 10, bytesReceived: 20 },
      },
      local: { type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' },
    });
    const { connections } = await new StatsCollector().collect([source]);
    expect(connections).toEqual([
      {
        ...{ connection: 'publish', state: 'new', bytesSent: 10, bytesReceived: 20, roundTripTimeMs: 25 },
        ...{ candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' },
      },
    ]);
  });

  it('says nothing about a path before there is one', async () => {
    const { source } = createSource(camera, {});
    const { connections, tracks } = await new StatsCollector().collect([source]);
    expect(connections).toEqual([{ connection: 'publish', state: 'new', bytesSent: 0, bytesReceived: 0 }]);
    expect(tracks).toEqual([]);
  });

  it('starts anew when a counter falls back', async () => {
    const { source, peerConnection } = createSource(remote, {
      in: { type: 'inbound-rtp', trackIdentifier: 'm', timestamp: 1000, bytesReceived: 5000, packetsReceived: 9 },
    });
    const collector = new StatsCollector();
    await collector.collect([source]);
    peerConnection.entries = {
      in: { type: 'inbound-rtp', trackIdentifier: 'm', timestamp: 2000, bytesReceived: 10, packetsReceived: 1 },
    };
    expect((await collector.collect([source])).tracks[0]?.bitrate).toBe(0);
  });
});

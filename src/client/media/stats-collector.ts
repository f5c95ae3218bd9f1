import type { ServerConnection } from '../../protocol/models.ts';
import type { PeerConnection } from '../platform.ts';
import type { ConnectionStats, LayerStats, TrackStats } from './track-stats.ts';

/** What identifies a track to the room, beside what the browser measures. */
export type TrackIdentity = Pick<TrackStats, 'direction' | 'trackId' | 'participantId' | 'kind' | 'source' | 'layer'>;

export interface StatsSource {
  connection: ServerConnection;
  peerConnection: PeerConnection;
  /** Whose media an RTP stream is, by the id of its MediaStreamTrack or by its mid. */
  identify(mediaTrackId: string | undefined, mid: string | undefined): TrackIdentity | undefined;
}

/** An entry of an RTCStatsReport. Browsers differ in what they tell, so every value is checked when it is read. */
type Entry = Readonly<Record<string, unknown>>;
type Report = ReadonlyMap<string, Entry>;

interface Sample {
  at: number;
  bytes: number;
  packets: number;
  packetsLost: number;
}

/** Turns the statistics of browsers into one form, and counters into rates since the call before. */
export class StatsCollector {
  #previous = new Map<string, Sample>();
  #current = new Map<string, Sample>();

  async collect(sources: StatsSource[]): Promise<{ connections: ConnectionStats[]; tracks: TrackStats[] }> {
    const reports = await Promise.all(sources.map(({ peerConnection }) => readReport(peerConnection)));
    this.#current = new Map();
    const connections: ConnectionStats[] = [];
    const tracks: TrackStats[] = [];
    for (const [index, source] of sources.entries()) {
      const report = reports[index] ?? new Map();
      connections.push(connectionStats(source, report));
      tracks.push(...this.#trackStats(source, report));
    }
    this.#previous = this.#current;
    return { connections, tracks };
  }

  #trackStats(source: StatsSource, report: Report): TrackStats[] {
    const streams = new Map<string, { identity: TrackIdentity; entries: Entry[] }>();
    for (const entry of report.values()) {
      if (entry.type !== 'inbound-rtp' && entry.type !== 'outbound-rtp') continue;
      const identity = source.identify(mediaTrackIdOf(entry, report), text(entry, 'mid'));
      if (!identity) continue;
      const stream = streams.get(identity.trackId) ?? { identity, entries: [] };
      stream.entries.push(entry);
      streams.set(identity.trackId, stream);
    }
    return [...streams.values()].map(({ identity, entries }) =>
      identity.direction === 'send'
        ? this.#sentStats(identity, entries, report)
        : this.#receivedStats(identity, entries, report),
    );
  }

  #receivedStats(identity: TrackIdentity, [entry = {}]: Entry[], report: Report): TrackStats {
    const counters = {
      bytes: count(entry, 'bytesReceived'),
      packets: count(entry, 'packetsReceived'),
      packetsLost: Math.max(0, count(entry, 'packetsLost')),
    };
    return compact({
      ...identity,
      ...counters,
      ...this.#rates(entry, counters),
      ...pictureOf(entry),
      codec: codecOf(entry, report),
      jitterMs: milliseconds(entry, 'jitter'),
      framesDecoded: number(entry, 'framesDecoded'),
      framesDropped: number(entry, 'framesDropped'),
      freezes: number(entry, 'freezeCount'),
      audioLevel: number(entry, 'audioLevel'),
    });
  }

  #sentStats(identity: TrackIdentity, entries: Entry[], report: Report): TrackStats {
    const bySize = entries.toSorted((a, b) => count(a, 'frameWidth') - count(b, 'frameWidth'));
    const top =
      bySize.findLast((entry) => entry.active !== false && count(entry, 'frameWidth') > 0) ?? bySize.at(-1) ?? {};
    const remote = entries.map((entry) => report.get(text(entry, 'remoteId') ?? '') ?? {});
    const counters = {
      bytes: sum(entries, 'bytesSent'),
      packets: sum(entries, 'packetsSent'),
      packetsLost: Math.max(0, sum(remote, 'packetsLost')),
    };
    const layers = bySize.map((entry) => this.#layer(entry)).filter((layer) => layer.rid !== '');
    return compact({
      ...identity,
      ...counters,
      ...this.#rates({ ...top, id: `sent ${identity.trackId}` }, counters),
      ...pictureOf(top),
      codec: codecOf(top, report),
      jitterMs: highest(remote, 'jitter', 1000),
      roundTripTimeMs: highest(remote, 'roundTripTime', 1000),
      framesEncoded: number(top, 'framesEncoded'),
      audioLevel: number(report.get(text(top, 'mediaSourceId') ?? '') ?? {}, 'audioLevel'),
      limitedBy: text(top, 'qualityLimitationReason'),
      layers: layers.length > 0 ? layers : undefined,
    });
  }

  #layer(entry: Entry): LayerStats {
    const bytes = count(entry, 'bytesSent');
    const { bitrate } = this.#rates(entry, { bytes, packets: 0, packetsLost: 0 });
    return compact({ rid: text(entry, 'rid') ?? '', bitrate, ...pictureOf(entry) });
  }

  #rates(entry: Entry, counters: Omit<Sample, 'at'>): { bitrate: number; loss: number } {
    const key = text(entry, 'id') ?? '';
    const sample = { at: count(entry, 'timestamp'), ...counters };
    this.#current.set(key, sample);
    const before = this.#previous.get(key);
    if (!before || sample.at <= before.at) return { bitrate: 0, loss: 0 };
    const bits = Math.max(0, sample.bytes - before.bytes) * 8;
    const lost = Math.max(0, sample.packetsLost - before.packetsLost);
    const arrived = Math.max(0, sample.packets - before.packets);
    return {
      bitrate: Math.round((bits * 1000) / (sample.at - before.at)),
      loss: lost === 0 ? 0 : Math.min(1, lost / (lost + arrived)),
    };
  }
}

async function readReport(connection: PeerConnection): Promise<Report> {
  const report = new Map<string, Entry>();
  const stats = await connection.getStats();
  stats.forEach((entry: unknown, id: string) => {
    if (isEntry(entry)) report.set(id, entry);
  });
  return report;
}

function connectionStats({ connection, peerConnection }: StatsSource, report: Report): ConnectionStats {
  const pair = selectedPair(report) ?? {};
  const local = report.get(text(pair, 'localCandidateId') ?? '') ?? {};
  return compact({
    connection,
    state: peerConnection.connectionState,
    candidateType: text(local, 'candidateType'),
    protocol: text(local, 'protocol'),
    relayProtocol: text(local, 'relayProtocol'),
    roundTripTimeMs: milliseconds(pair, 'currentRoundTripTime'),
    availableOutgoingBitrate: number(pair, 'availableOutgoingBitrate'),
    bytesSent: count(pair, 'bytesSent'),
    bytesReceived: count(pair, 'bytesReceived'),
  });
}

/** Chromium names the pair in its transport; Firefox marks the pair itself. */
function selectedPair(report: Report): Entry | undefined {
  const entries = [...report.values()];
  const transport = entries.find((entry) => entry.type === 'transport');
  const named = report.get(text(transport ?? {}, 'selectedCandidatePairId') ?? '');
  const pairs = entries.filter((entry) => entry.type === 'candidate-pair');
  return (
    named ??
    pairs.find((pair) => pair.selected === true) ??
    pairs.find((pair) => pair.nominated === true && pair.state === 'succeeded')
  );
}

function mediaTrackIdOf(entry: Entry, report: Report): string | undefined {
  return (
    text(entry, 'trackIdentifier') ?? text(report.get(text(entry, 'mediaSourceId') ?? '') ?? {}, 'trackIdentifier')
  );
}

function codecOf(entry: Entry, report: Report): string | undefined {
  return text(report.get(text(entry, 'codecId') ?? '') ?? {}, 'mimeType');
}

function pictureOf(entry: Entry) {
  return compact({
    width: number(entry, 'frameWidth'),
    height: number(entry, 'frameHeight'),
    framesPerSecond: number(entry, 'framesPerSecond'),
  });
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null;
}

function number(entry: Entry, key: string): number | undefined {
  const value = entry[key];
  return typeof value === 'number' ? value : undefined;
}

function count(entry: Entry, key: string): number {
  return number(entry, key) ?? 0;
}

function text(entry: Entry, key: string): string | undefined {
  const value = entry[key];
  return typeof value === 'string' ? value : undefined;
}

function milliseconds(entry: Entry, key: string): number | undefined {
  const seconds = number(entry, key);
  return seconds === undefined ? undefined : seconds * 1000;
}

function sum(entries: Entry[], key: string): number {
  return entries.reduce((total, entry) => total + count(entry, key), 0);
}

function highest(entries: Entry[], key: string, scale: number): number | undefined {
  const values = entries.flatMap((entry) => number(entry, key) ?? []);
  return values.length === 0 ? undefined : Math.max(...values) * scale;
}

/** An object without its undefined fields. */
type Compact<Value> = {
  [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key];
} & { [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<Value[Key], undefined> };

function compact<Value extends object>(value: Value): Compact<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Compact<Value>;
}

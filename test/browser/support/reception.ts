import type { CrosspointClient, RemoteTrack } from '../../../src/client/index.ts';

/** How often the browser's counters are read: the precision of the gaps. */
const sampleEveryMs = 100;

/** What has arrived of one track and was decoded: frames of video, samples of sound that are not made up. */
export interface StreamReport {
  /** Publisher and source, for instance `Ada camera`. */
  label: string;
  decoded: number;
  /** The longest time in which nothing was decoded, from the first until now. */
  longestGapMs: number;
  /** Since when nothing has been decoded. */
  silentMs: number;
}

interface Progress extends StreamReport {
  counter: number;
  lastAtMs: number;
}

/** Runs in a page: plays all that a client receives, and watches in the browser's own statistics that it goes on. */
export class Reception {
  readonly #client: CrosspointClient;
  readonly #connections: RTCPeerConnection[] = [];
  readonly #progress = new Map<string, Progress>();
  readonly #players = new Map<string, HTMLMediaElement>();

  constructor(
    create: (createPeerConnection: (configuration: RTCConfiguration) => RTCPeerConnection) => CrosspointClient,
  ) {
    this.#client = create((configuration) => {
      const connection = new RTCPeerConnection(configuration);
      this.#connections.push(connection);
      return connection;
    });
    this.#client.on('trackSubscribed', (track, mediaTrack) => this.#play(track, mediaTrack));
    this.#client.on('trackUnsubscribed', (track) => {
      this.#progress.delete(labelOf(track));
      this.#players.get(track.id)?.remove();
      this.#players.delete(track.id);
    });
    void this.#watch();
  }

  reports(): StreamReport[] {
    const now = performance.now();
    return [...this.#progress.values()].map(({ label, decoded, longestGapMs, lastAtMs }) => {
      const silentMs = now - lastAtMs;
      return { label, decoded, silentMs, longestGapMs: Math.max(longestGapMs, silentMs) };
    });
  }

  /** Tracks that should arrive now, by label. */
  expected(): string[] {
    return this.#tracks()
      .filter(({ muted }) => !muted)
      .map(labelOf);
  }

  async #watch(): Promise<void> {
    for (;;) {
      for (const track of this.#tracks()) await this.#sample(track);
      await new Promise((resolve) => setTimeout(resolve, sampleEveryMs));
    }
  }

  async #sample(track: RemoteTrack): Promise<void> {
    const counter = await this.#decodedOf(track.mediaTrack);
    const label = labelOf(track);
    if (counter === 0 || track.mediaTrack === undefined) return;
    const now = performance.now();
    const before = this.#progress.get(label);
    if (!before) {
      this.#progress.set(label, { label, counter, decoded: counter, longestGapMs: 0, silentMs: 0, lastAtMs: now });
    } else if (counter !== before.counter) {
      before.decoded += Math.max(0, counter - before.counter);
      before.longestGapMs = Math.max(before.longestGapMs, now - before.lastAtMs);
      before.counter = counter;
      before.lastAtMs = now;
    }
  }

  async #decodedOf(mediaTrack: MediaStreamTrack | undefined): Promise<number> {
    for (const connection of this.#connections) {
      const receiver = connection.getReceivers().find(({ track }) => track === mediaTrack);
      if (!receiver || connection.connectionState === 'closed') continue;
      for (const entry of (await receiver.getStats()).values()) {
        if (entry.type !== 'inbound-rtp') continue;
        if (entry.kind === 'video') return Number(entry.framesDecoded ?? 0);
        return Number(entry.totalSamplesReceived ?? 0) - Number(entry.concealedSamples ?? 0);
      }
    }
    return 0;
  }

  #tracks(): RemoteTrack[] {
    return [...this.#client.participants.values()].flatMap(({ tracks }) => [...tracks.values()]);
  }

  /** Chromium decodes only for somebody who plays it. */
  #play({ id, kind }: RemoteTrack, mediaTrack: MediaStreamTrack): void {
    const player = Object.assign(document.createElement(kind), { autoplay: true, muted: kind === 'video' });
    player.srcObject = new MediaStream([mediaTrack]);
    this.#players.set(id, player);
    document.body.append(player);
  }
}

function labelOf({ participant, source }: RemoteTrack): string {
  return `${participant.name} ${source}`;
}

import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ClientState } from '../../client/index.ts';
import { type ActiveSpeaker, nextActiveSpeaker } from '../model/active-speaker.ts';
import type { CallClient } from './call-client.ts';
import type { LocalMedia } from './local-media.ts';
import { ownVideo, type Person, remotePerson } from './person.ts';

export interface RoomViewOptions {
  readonly client: CallClient;
  readonly media: LocalMedia;
  readonly ownName: () => string;
}

/** The room as signals: a snapshot of everyone, who speaks, and how well media arrives. */
export class RoomView {
  readonly #options: RoomViewOptions;
  readonly #remotes = signal<readonly Person[]>([]);
  readonly #selfId = signal<string | null>(null);
  readonly #connection = signal<ClientState>({ status: 'idle' });
  readonly #speaking = signal<ReadonlySet<string>>(new Set());
  readonly #activeSpeaker = signal<ActiveSpeaker>({ participantId: null, since: 0 });
  readonly #lastSpokeAt = signal<ReadonlyMap<string, number>>(new Map());
  readonly #quality = signal<ReadonlyMap<string, number>>(new Map());
  #isRefreshDue = false;

  /** Ourselves; before the join is confirmed under a name of our own making. */
  readonly self: ReadonlySignal<Person> = computed(() => this.#describeSelf());
  readonly people: ReadonlySignal<readonly Person[]> = computed(() => [...this.#remotes.value, this.self.value]);

  constructor(options: RoomViewOptions) {
    this.#options = options;
    this.#listen(options.client);
  }

  get connection(): ReadonlySignal<ClientState> {
    return this.#connection;
  }

  /** Ids of those who speak now. */
  get speaking(): ReadonlySignal<ReadonlySet<string>> {
    return this.#speaking;
  }

  get activeSpeaker(): ReadonlySignal<ActiveSpeaker> {
    return this.#activeSpeaker;
  }

  get lastSpokeAt(): ReadonlySignal<ReadonlyMap<string, number>> {
    return this.#lastSpokeAt;
  }

  /** Scores from 0 (lost) to 10 (perfect) by participant. */
  get quality(): ReadonlySignal<ReadonlyMap<string, number>> {
    return this.#quality;
  }

  nameOf(participantId: string): string {
    return this.people.peek().find((person) => person.id === participantId)?.name ?? '';
  }

  #listen(client: CallClient): void {
    const refresh = () => this.#refreshSoon();
    client.on('stateChanged', (state) => {
      this.#connection.value = state;
      refresh();
    });
    client.on('participantJoined', refresh);
    client.on('participantUpdated', refresh);
    client.on('participantLeft', refresh);
    client.on('trackPublished', refresh);
    client.on('trackUpdated', refresh);
    client.on('trackUnpublished', refresh);
    client.on('trackSubscribed', refresh);
    client.on('trackUnsubscribed', refresh);
    client.on('subscriptionChanged', refresh);
    client.on('speakersChanged', (speakers) => this.#handleSpeakers(speakers));
    client.on('qualityChanged', (list) => {
      this.#quality.value = new Map([
        ...this.#quality.peek(),
        ...list.map(({ participantId, score }) => [participantId, score] as const),
      ]);
    });
  }

  /** Many events come in one turn, above all on joining: one new picture of the room serves them all. */
  #refreshSoon(): void {
    if (this.#isRefreshDue) return;
    this.#isRefreshDue = true;
    queueMicrotask(() => {
      this.#isRefreshDue = false;
      this.refresh();
    });
  }

  refresh(): void {
    const { client } = this.#options;
    batch(() => {
      this.#remotes.value = [...client.participants.values()].map(remotePerson);
      this.#selfId.value = client.self?.id ?? this.#selfId.peek();
    });
  }

  #describeSelf(): Person {
    const { media, ownName } = this.#options;
    return {
      id: this.#selfId.value ?? 'self',
      name: ownName(),
      isSelf: true,
      joinedAt: 0,
      // The page says so once, above all tiles.
      isReconnecting: false,
      microphoneOn: media.microphoneOn.value,
      camera: media.cameraOn.value ? ownVideo(media.camera.track.value) : null,
      screen: ownVideo(media.screen.track.value),
    };
  }

  #handleSpeakers(list: readonly { participantId: string; level: number }[]): void {
    const now = Date.now();
    const speakers = list.map(({ participantId, level }) => ({ participant: participantId, level }));
    batch(() => {
      this.#speaking.value = new Set(list.map((speaker) => speaker.participantId));
      if (list.length > 0) {
        this.#lastSpokeAt.value = new Map([
          ...this.#lastSpokeAt.peek(),
          ...list.map(({ participantId }) => [participantId, now] as const),
        ]);
      }
      const current = this.#activeSpeaker.peek();
      this.#activeSpeaker.value = nextActiveSpeaker({
        current,
        speakers,
        selfId: this.#selfId.peek(),
        now,
      });
    });
  }
}

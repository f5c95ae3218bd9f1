import { EventEmitter } from '../../client/event-emitter.ts';
import {
  type ClientEvents,
  type ClientState,
  type ClientStats,
  CrosspointClientError,
  type Grants,
  type JoinedRoom,
  type JoinOptions,
  LocalTrack,
  type MessageOptions,
  type PublishOptions,
  RemoteParticipant,
  RemoteTrack,
  type RoomInfo,
  type Self,
  type SubscribeOptions,
  type TrackSource,
  type WaitingParticipant,
} from '../../client/index.ts';
import type { CallClient } from '../state/call-client.ts';
import { paintedTrack, portraitPainter, slidePainter } from './portrait.ts';

export interface Scene {
  readonly others: number;
  readonly hasScreen: boolean;
  readonly hasChat: boolean;
  readonly isReconnecting: boolean;
  /** Refuse the join with this code. */
  readonly joinError: string | null;
  /** End the session at once with this code. */
  readonly endCode: string | null;
  readonly isModerator: boolean;
  /** How many wait to be let in. */
  readonly knocking: number;
  /** Ourselves before the door. */
  readonly isWaiting: boolean;
  readonly isLocked: boolean;
  readonly isRecording: boolean;
  /** The server stops in so many seconds. */
  readonly drainSeconds: number | null;
  /** Our access ends in so many seconds. */
  readonly accessSeconds: number | null;
  /** Chat messages fail with this code. */
  readonly chatError: string | null;
}

const names = [
  'Amara Okafor',
  'Jonas Weber',
  '王小明',
  'Priya Raman',
  'Lucía Fernández',
  'Kofi Mensah',
  'Ingrid Solberg',
  '陈思远',
  'Mateus Albuquerque de Carvalho',
  'Yuki Tanaka',
  'Zofia',
  'Omar Haddad',
];

/** An imitation of the client with painted people, to look at the page without a server. */
export class FakeClient extends EventEmitter<ClientEvents> implements CallClient {
  readonly participants = new Map<string, RemoteParticipant>();
  state: ClientState = { status: 'idle' };
  self: Self | undefined;
  room: RoomInfo | undefined;
  grants: Grants | undefined;
  readonly accessExpiresAt: number | undefined;
  waitingParticipants: WaitingParticipant[] = [];
  readonly #scene: Scene;
  readonly #asked = new Map<string, SubscribeOptions>();

  constructor(scene: Scene) {
    super();
    this.#scene = scene;
    if (scene.accessSeconds !== null) this.accessExpiresAt = Date.now() + scene.accessSeconds * 1000;
  }

  async join({ room, name = '' }: JoinOptions): Promise<JoinedRoom> {
    if (this.#scene.joinError) throw new CrosspointClientError(this.#scene.joinError);
    this.self = { id: 'me', name, metadata: {} };
    for (let index = 0; index < this.#scene.others; index++) this.#addPerson(index);
    this.#openDoor(room);
    if (this.#scene.isWaiting) {
      this.#setState({ status: 'waiting' });
      await new Promise(() => undefined);
    }
    this.#setState({ status: 'joined' });
    queueMicrotask(() => this.#play());
    return { name: room, createdAt: Date.now(), self: this.self, participants: [...this.participants.values()] };
  }

  async leave(): Promise<void> {
    this.participants.clear();
  }

  async publish(mediaTrack: MediaStreamTrack, options: PublishOptions = {}): Promise<LocalTrack> {
    const owner = {
      setMuted: async (track: LocalTrack, muted: boolean) => {
        track.muted = muted;
      },
      replace: async (track: LocalTrack, next: MediaStreamTrack) => {
        track.mediaTrack = next;
      },
      unpublish: async (track: LocalTrack) => {
        track.live = false;
      },
    };
    return new LocalTrack(owner, mediaTrack, options);
  }

  async subscribe(trackId: string, options: SubscribeOptions = {}): Promise<void> {
    this.#asked.set(trackId, options);
    document.documentElement.dataset.asked = JSON.stringify(Object.fromEntries(this.#asked));
  }

  async sendMessage({ body }: MessageOptions): Promise<{ recipients: number; status: 'sent' }> {
    if (this.#scene.chatError) throw new CrosspointClientError(this.#scene.chatError);
    setTimeout(() => this.#say(0, { text: `“${JSON.stringify(body)}” — got it.` }), 800);
    return { recipients: this.participants.size, status: 'sent' };
  }

  async getStats(): Promise<ClientStats> {
    const tracks = [...this.participants.values()].flatMap((participant) =>
      [...participant.tracks.values()].map((track, index) => ({
        direction: 'receive' as const,
        trackId: track.id,
        participantId: participant.id,
        kind: track.kind,
        source: track.source,
        codec: track.codec,
        bitrate: (track.kind === 'video' ? 640_000 : 32_000) * (0.9 + Math.random() * 0.2),
        bytes: 1,
        packets: 1,
        packetsLost: 0,
        loss: index * 0.004,
        jitterMs: 3.2,
        ...(track.kind === 'video' && {
          width: 640,
          height: 360,
          framesPerSecond: 30,
          layer: { spatial: 1, temporal: 2 },
        }),
      })),
    );
    const path = { state: 'connected' as const, candidateType: 'host', protocol: 'udp', roundTripTimeMs: 12.4 };
    return {
      at: Date.now(),
      connections: [
        { connection: 'publish', ...path, availableOutgoingBitrate: 2_500_000, bytesSent: 1, bytesReceived: 1 },
        { connection: 'subscribe', ...path, bytesSent: 1, bytesReceived: 1 },
      ],
      tracks,
    };
  }

  async refreshToken(): Promise<Grants> {
    throw new CrosspointClientError('unauthorized');
  }

  async muteOther(participantId: string, trackId: string): Promise<void> {
    const track = this.participants.get(participantId)?.tracks.get(trackId);
    if (track === undefined) throw new CrosspointClientError('trackNotFound');
    track.muted = true;
    this.emit('trackUpdated', track);
  }

  async removeParticipant(participantId: string): Promise<void> {
    const participant = this.participants.get(participantId);
    if (participant === undefined) return this.#endWaiting(participantId, 'removed');
    this.participants.delete(participantId);
    this.emit('participantLeft', participant, 'removed');
  }

  ban(participantId: string): Promise<void> {
    return this.removeParticipant(participantId);
  }

  async admit(participantId: string): Promise<void> {
    this.#endWaiting(participantId, 'admitted');
  }

  async updateRoom(changes: { locked?: boolean; waitingRoom?: boolean }): Promise<void> {
    if (this.room) this.room = { ...this.room, ...changes };
    this.emit('roomUpdated', changes);
  }

  async endRoom(): Promise<void> {
    this.#setState({ status: 'disconnected', code: 'roomClosed', message: '', action: 'giveUp' });
  }

  #openDoor(name: string): void {
    const { isLocked: locked, isRecording: recording, isModerator: moderate, knocking } = this.#scene;
    this.room = { name, createdAt: Date.now(), locked, recording, waitingRoom: knocking > 0 };
    const allowed = { createRoom: true, publish: true, subscribe: true, message: true, updateOwn: true };
    this.grants = { ...allowed, hidden: false, recorder: false, moderate };
    this.waitingParticipants = names
      .slice(-knocking || names.length)
      .map((waiting, index) => ({ id: `waiting-${index}`, name: waiting, metadata: {}, identity: `guest-${index}` }));
  }

  #endWaiting(id: string, outcome: 'admitted' | 'removed'): void {
    this.waitingParticipants = this.waitingParticipants.filter((person) => person.id !== id);
    this.emit('waitingEnded', id, outcome);
  }

  #addPerson(index: number): void {
    const id = `person-${index}`;
    const isReconnecting = this.#scene.isReconnecting && index === 1;
    const participant = new RemoteParticipant({
      id,
      name: names[index % names.length] ?? '',
      metadata: {},
      state: isReconnecting ? 'reconnecting' : 'connected',
      joinedAt: index + 1,
      tracks: [],
    });
    this.participants.set(id, participant);
    this.#addTrack(participant, 'microphone', index % 4 === 2);
    if (index % 5 !== 3) this.#addTrack(participant, 'camera', false, index);
    if (this.#scene.hasScreen && index === 1) this.#addTrack(participant, 'screen', false, index);
  }

  #addTrack(participant: RemoteParticipant, source: TrackSource, muted: boolean, index = 0): void {
    const kind = source === 'microphone' ? 'audio' : 'video';
    const codec = kind === 'audio' ? 'audio/opus' : 'video/VP8';
    const id = `${participant.id}-${source}`;
    const track = new RemoteTrack(participant, { id, kind, source, muted, codec, simulcast: kind === 'video' });
    if (source === 'camera') track.mediaTrack = paintedTrack(portraitPainter(index), 640, 360);
    if (source === 'screen') track.mediaTrack = paintedTrack(slidePainter, 1280, 720);
    participant.tracks.set(track.id, track);
  }

  #play(): void {
    const { endCode, isReconnecting, hasChat, drainSeconds } = this.#scene;
    if (endCode) {
      this.#setState({ status: 'disconnected', code: endCode, message: '', action: 'giveUp' });
      return;
    }
    if (isReconnecting) this.#setState({ status: 'reconnecting', attempt: 1, code: 'connectionLost' });
    this.emit('speakersChanged', [{ participantId: 'person-0', level: 0.5 }]);
    this.emit(
      'qualityChanged',
      [...this.participants.keys()].map((participantId, index) => ({
        participantId,
        score: [10, 6, 9, 3, 10, 10, 8][index % 7] ?? 10,
        direction: 'receive' as const,
      })),
    );
    if (hasChat) this.#chat();
    if (drainSeconds !== null) this.emit('drainAnnounced', Date.now() + drainSeconds * 1000);
  }

  #chat(): void {
    this.#say(0, { text: 'Morning! Can everyone see the agenda?' });
    this.#say(0, { text: 'https://example.org/agenda/2025-11' });
    this.#say(2, { text: '看到了，谢谢！' });
    this.#say(1, {
      text: 'Yes. I would like to add a point about the layer choice on phones, five minutes is enough.',
    });
  }

  #say(index: number, body: unknown): void {
    this.emit('messageReceived', { from: `person-${index}`, direct: false, type: 'chat', at: Date.now(), body });
  }

  #setState(state: ClientState): void {
    const previous = this.state;
    this.state = state;
    this.emit('stateChanged', state, previous);
  }
}

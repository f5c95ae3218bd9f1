import { randomBytes } from 'node:crypto';
import type { types } from 'mediasoup';
import { type SendingOptions, sendingRtpParameters } from '../sdp/sending-rtp-parameters.ts';
import type { ClientDescription, ClientSection, DtlsRole, RtpParameters } from '../sdp/types.ts';
import { writePublishAnswer } from '../sdp/write-publish-answer.ts';
import { CrosspointError } from '../shared/errors.ts';
import { sfuLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import type { MediaRoom } from './media-room.ts';
import { createMediaTransport, onRemoteEnd } from './media-transport.ts';
import type { RoomNode } from './room-node.ts';
import { RoomTrack } from './room-track.ts';
import {
  fingerprintKey,
  routerCapabilities,
  serverTransport,
  toMediasoupDtls,
  toMediasoupParameters,
} from './rtp-shapes.ts';
import type { SfuOptions } from './sfu-options.ts';
import type { PublishOffer, PublishResult, TrackDescription, TrackSource } from './types.ts';

export interface PublishContext {
  room: MediaRoom;
  node: RoomNode;
  participantId: string;
  sfuOptions: SfuOptions;
  logger: Logger;
  onTrack: (track: RoomTrack) => void;
  onTrackEnded: (track: RoomTrack) => void;
  /** The client has closed its peer connection, or the handshake failed. */
  onRemoteEnd: (state: 'closed' | 'failed') => void;
}

/**
 * What one m-section sends. The producer outlives its track while the section is merely inactive: a browser that sends
 * again does so on the same simulcast streams, and no longer says which is which.
 */
interface PublishedSection {
  readonly mid: string;
  readonly producer: types.Producer;
  /** What was given to `produce()`, and is repeated in every answer. */
  readonly rtpParameters: RtpParameters;
  /** The parameters as text, to notice when the section becomes another stream. */
  readonly signature: string;
  track: RoomTrack | undefined;
}

type PublishPermissions = Pick<PublishOffer, 'tracks' | 'mayPublish'>;

type Outcome =
  | { section: PublishedSection; track: RoomTrack }
  | { error: 'unsupportedCodec' | 'tooManyTracks' | 'forbidden' };

/** One peer connection on which a client sends: a transport, and a producer for each sending m-section. */
export class PublishConnection {
  /** Tells this peer connection from the client's next one. */
  readonly fingerprint: string;
  readonly #context: PublishContext;
  readonly #transport: types.WebRtcTransport;
  readonly #sections = new Map<string, PublishedSection>();
  /** Sections whose track was ended by request: they stay silent until the client lists them again. */
  readonly #unpublished = new Set<string>();
  readonly #dtlsRole: DtlsRole;
  #remoteUfrag: string;
  #sessionVersion = 0;
  #closed = false;

  private constructor(context: PublishContext, transport: types.WebRtcTransport, offer: ClientDescription) {
    this.#context = context;
    this.#transport = transport;
    this.fingerprint = fingerprintKey(offer.dtls);
    this.#remoteUfrag = offer.ice.usernameFragment;
    // Where the client leaves it open the server begins the handshake: its first flight then follows the client's first
    // connectivity check instead of waiting for the client to see the reply, so media starts a round trip earlier.
    this.#dtlsRole = offer.dtls.role === 'client' ? 'server' : 'client';
    onRemoteEnd(transport, (state) => {
      if (!this.#closed) context.onRemoteEnd(state);
    });
  }

  static async open(context: PublishContext, offer: ClientDescription): Promise<PublishConnection> {
    const transport = await createMediaTransport(context.node, context.sfuOptions);
    return new PublishConnection(context, transport, offer);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Follows an offer: new sections are produced, others go on or end, and each gets its answer. */
  async negotiate(offer: ClientDescription, { tracks, mayPublish }: PublishPermissions): Promise<PublishResult> {
    const connecting = this.#sessionVersion === 0 ? this.#connect(offer) : this.#restartIceIfAsked(offer);
    const described = new Map(tracks.map((description) => [description.mid, description]));
    for (const mid of described.keys()) this.#unpublished.delete(mid);
    const sending = offer.sections.filter((section) => isSending(section) && !this.#unpublished.has(section.mid));
    this.#endAllBut(sending, offer);
    const admitted = this.#admit(sending);
    const negotiating = sending.map((section) =>
      admitted.has(section.mid)
        ? this.#negotiateIfAllowed(section, described.get(section.mid), mayPublish)
        : Promise.resolve<Outcome>({ error: 'tooManyTracks' }),
    );
    const [outcomes] = await this.#whileAlive(Promise.all([Promise.all(negotiating), connecting]));
    this.#announce(outcomes);
    return { sdp: this.#answer(offer), tracks: sending.map(({ mid }, at) => resultOf(mid, outcomes[at])) };
  }

  /** Ends one track; the section stays accepted until the client's next offer. */
  unpublish(track: RoomTrack): void {
    const section = [...this.#sections.values()].find((candidate) => candidate.track === track);
    if (!section) return;
    this.#unpublished.add(section.mid);
    this.#endTracks([section]);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endTracks([...this.#sections.values()]);
    this.#sections.clear();
    this.#transport.close();
  }

  async #connect({ dtls }: ClientDescription): Promise<void> {
    const role = this.#dtlsRole === 'client' ? 'server' : 'client';
    await this.#transport.connect({ dtlsParameters: toMediasoupDtls({ ...dtls, role }) });
  }

  async #restartIceIfAsked({ ice }: ClientDescription): Promise<void> {
    if (ice.usernameFragment === '' || ice.usernameFragment === this.#remoteUfrag) return;
    this.#remoteUfrag = ice.usernameFragment;
    await this.#transport.restartIce();
  }

  /** Sections of tracks that go on come first, then new ones in order, up to the participant's limit. */
  #admit(sending: readonly ClientSection[]): Set<string> {
    const goesOn = ({ mid }: ClientSection) => this.#sections.get(mid)?.track !== undefined;
    const ordered = [...sending.filter(goesOn), ...sending.filter((section) => !goesOn(section))];
    return new Set(ordered.slice(0, this.#context.sfuOptions.maxTracksPerParticipant).map(({ mid }) => mid));
  }

  async #negotiateIfAllowed(
    section: ClientSection,
    description: TrackDescription | undefined,
    mayPublish: PublishOffer['mayPublish'],
  ): Promise<Outcome> {
    const source = description?.source ?? this.#sections.get(section.mid)?.track?.source ?? usualSource(section);
    const kind = section.kind === 'audio' ? 'audio' : 'video';
    if (mayPublish?.({ source, kind }) === false) return { error: 'forbidden' };
    return this.#negotiateSection(section, source, description);
  }

  async #negotiateSection(
    section: ClientSection,
    source: TrackSource,
    description: TrackDescription | undefined,
  ): Promise<Outcome> {
    const known = this.#sections.get(section.mid);
    const { router } = this.#context.node;
    const rtpParameters = sendingRtpParameters(section, routerCapabilities(router), sendingOptions(source));
    if (!rtpParameters) return { error: 'unsupportedCodec' };
    const signature = JSON.stringify(rtpParameters);
    if (known?.signature === signature) return this.#goOn(known, source, description);
    if (known) this.#dispose(known);
    const muted = description?.muted ?? false;
    const producer = await this.#produce(section, rtpParameters, muted);
    if (!producer) return { error: 'unsupportedCodec' };
    if (this.#closed) producer.close();
    const produced: PublishedSection = { mid: section.mid, producer, rtpParameters, signature, track: undefined };
    if (!this.#closed) this.#sections.set(section.mid, produced);
    return { section: produced, track: this.#newTrack(produced, source, description) };
  }

  /** The same stream as before: its track is updated, or it gets a new one after a pause. */
  async #goOn(
    section: PublishedSection,
    source: TrackSource,
    description: TrackDescription | undefined,
  ): Promise<Outcome> {
    if (!section.track) {
      if (!description?.muted) await section.producer.resume();
      return { section, track: this.#newTrack(section, source, description) };
    }
    if (description) await this.#context.room.updateTrack(section.track, changeOf(description));
    return { section, track: section.track };
  }

  #newTrack(section: PublishedSection, source: TrackSource, description: TrackDescription | undefined): RoomTrack {
    const { node, participantId } = this.#context;
    const { producer } = section;
    return new RoomTrack({ id: newTrackId(), participantId, producer, node, source, ...sizeAndMetadata(description) });
  }

  /** Undefined when the worker does not take such parameters. */
  async #produce(
    section: ClientSection,
    rtpParameters: RtpParameters,
    paused: boolean,
  ): Promise<types.Producer | undefined> {
    const { node, logger } = this.#context;
    try {
      return await this.#transport.produce({
        kind: section.kind === 'audio' ? 'audio' : 'video',
        rtpParameters: toMediasoupParameters(rtpParameters),
        paused,
        keyFrameRequestDelay: sfuLimits.keyFrameRequestDelayMs,
      });
    } catch (error) {
      if (!node.alive || this.#transport.closed) throw new CrosspointError('mediaUnavailable', { cause: error });
      logger.warn({ mid: section.mid, err: error }, 'the worker refused a section');
      return undefined;
    }
  }

  /** All new tracks are told in one go, so that each receiver gets one offer for them. */
  #announce(outcomes: readonly Outcome[]): void {
    const fresh: RoomTrack[] = [];
    for (const outcome of outcomes) {
      if ('error' in outcome || outcome.section.track === outcome.track) continue;
      outcome.section.track = outcome.track;
      this.#context.onTrack(outcome.track);
      fresh.push(outcome.track);
    }
    this.#context.room.addTracks(fresh);
  }

  /** A silent section is answered with what was agreed for it; one that sends without leave is refused. */
  #answer(offer: ClientDescription): string {
    const sending = new Set(offer.sections.filter(isSending).map(({ mid }) => mid));
    const answered = [...this.#sections.values()].filter(({ mid, track }) => track || !sending.has(mid));
    this.#sessionVersion += 1;
    return writePublishAnswer({
      offer,
      transport: serverTransport(this.#transport, this.#dtlsRole),
      sessionVersion: this.#sessionVersion,
      sections: new Map(answered.map(({ mid, rtpParameters }) => [mid, rtpParameters])),
      startBitrateKbps: sfuLimits.publishStartBitrateKbps,
    });
  }

  /** Tracks end whose sections fell silent; producers too whose sections the client gave up. */
  #endAllBut(sending: readonly ClientSection[], offer: ClientDescription): void {
    const going = new Set(sending.map(({ mid }) => mid));
    const present = new Set(offer.sections.filter(({ stopped }) => !stopped).map(({ mid }) => mid));
    const silent = [...this.#sections.values()].filter(({ mid }) => !going.has(mid));
    this.#endTracks(silent);
    for (const section of silent) if (!present.has(section.mid)) this.#dispose(section);
    const { maxTracksPerParticipant } = this.#context.sfuOptions;
    const parked = silent.filter(({ producer }) => !producer.closed);
    for (const section of parked.slice(0, -maxTracksPerParticipant)) this.#dispose(section);
  }

  #endTracks(sections: readonly PublishedSection[]): void {
    const ended = sections.flatMap(({ track }) => track ?? []);
    for (const section of sections) {
      if (section.track) section.producer.pause().catch(() => {});
      section.track = undefined;
    }
    for (const track of ended) this.#context.onTrackEnded(track);
    this.#context.room.removeTracks(ended);
  }

  #dispose(section: PublishedSection): void {
    this.#endTracks([section]);
    section.producer.close();
    this.#sections.delete(section.mid);
  }

  /** Sections fail one by one; what makes this fail is the end of the transport or of its worker. */
  async #whileAlive<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      if (this.#closed || this.#transport.closed) throw new CrosspointError('mediaUnavailable');
      return result;
    } catch (error) {
      this.close();
      throw error instanceof CrosspointError ? error : new CrosspointError('mediaUnavailable', { cause: error });
    }
  }
}

function isSending({ live, kind, direction }: ClientSection): boolean {
  return live && (kind === 'audio' || kind === 'video') && (direction === 'sendonly' || direction === 'sendrecv');
}

function usualSource({ kind }: ClientSection): TrackSource {
  return kind === 'audio' ? 'microphone' : 'camera';
}

/** What a screen plays is music as often as speech. */
function sendingOptions(source: TrackSource): SendingOptions {
  return source === 'screenAudio' ? { stereo: true } : {};
}

function changeOf({ source, muted, ...description }: TrackDescription) {
  return { source, muted, ...sizeAndMetadata(description) };
}

function sizeAndMetadata({ width, height, metadata }: Partial<TrackDescription> = {}) {
  return {
    ...(width && height ? { size: { width, height } } : {}),
    ...(metadata ? { metadata } : {}),
  };
}

function resultOf(mid: string, outcome: Outcome | undefined): PublishResult['tracks'][number] {
  if (!outcome) return { mid, error: 'internalError' };
  return 'error' in outcome ? { mid, error: outcome.error } : { mid, track: outcome.track.id };
}

/** Unguessable is not needed, distinct is: 72 random bits. */
function newTrackId(): string {
  return `tr_${randomBytes(9).toString('base64url')}`;
}

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
import type { PublishResult, TrackDescription, TrackSource } from './types.ts';

export interface PublishContext {
  room: MediaRoom;
  node: RoomNode;
  participantId: string;
  sfuOptions: SfuOptions;
  logger: Logger;
  onTrack: (track: RoomTrack) => void;
  /** The client has closed its peer connection, or the handshake failed. */
  onRemoteEnd: (state: 'closed' | 'failed') => void;
}

/** What one m-section publishes. */
interface Publication {
  track: RoomTrack;
  /** What was given to `produce()`, and is repeated in every answer. */
  rtpParameters: RtpParameters;
  /** The parameters as text, to notice when the section becomes another stream. */
  signature: string;
}

type Outcome = { publication: Publication; fresh: boolean } | { error: 'unsupportedCodec' | 'tooManyTracks' };

/** One peer connection on which a client sends: a transport, and a producer for each sending m-section. */
export class PublishConnection {
  /** Tells this peer connection from the client's next one. */
  readonly fingerprint: string;
  readonly #context: PublishContext;
  readonly #transport: types.WebRtcTransport;
  readonly #publications = new Map<string, Publication>();
  /** What each section carried last, so that an inactive one is still answered with what was agreed for it. */
  readonly #agreed = new Map<string, RtpParameters>();
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

  get tracks(): RoomTrack[] {
    return [...this.#publications.values()].map(({ track }) => track);
  }

  /** Follows an offer: new sections are produced, others go on or end, and each gets its answer. */
  async negotiate(offer: ClientDescription, descriptions: readonly TrackDescription[]): Promise<PublishResult> {
    const connecting = this.#sessionVersion === 0 ? this.#connect(offer) : this.#restartIceIfAsked(offer);
    const described = new Map(descriptions.map((description) => [description.mid, description]));
    for (const mid of described.keys()) this.#unpublished.delete(mid);
    const sending = offer.sections.filter((section) => isSending(section) && !this.#unpublished.has(section.mid));
    this.#endAllBut(new Set(sending.map(({ mid }) => mid)));
    const admitted = this.#admit(sending);
    const negotiating = sending.map((section) =>
      admitted.has(section.mid)
        ? this.#negotiateSection(section, described.get(section.mid))
        : Promise.resolve<Outcome>({ error: 'tooManyTracks' }),
    );
    const [outcomes] = await this.#whileAlive(Promise.all([Promise.all(negotiating), connecting]));
    this.#announce(outcomes);
    return { sdp: this.#answer(offer), tracks: sending.map(({ mid }, at) => resultOf(mid, outcomes[at])) };
  }

  /** Ends one track; the section stays accepted until the client's next offer. */
  endTrack(track: RoomTrack): void {
    for (const [mid, publication] of this.#publications) {
      if (publication.track === track) this.#publications.delete(mid);
      if (publication.track === track) this.#unpublished.add(mid);
    }
    this.#context.room.removeTracks([track]);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const tracks = this.tracks;
    this.#publications.clear();
    this.#context.room.removeTracks(tracks);
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
    const known = sending.filter(({ mid }) => this.#publications.has(mid));
    const unknown = sending.filter(({ mid }) => !this.#publications.has(mid));
    const admitted = [...known, ...unknown].slice(0, this.#context.sfuOptions.maxTracksPerParticipant);
    return new Set(admitted.map(({ mid }) => mid));
  }

  async #negotiateSection(section: ClientSection, description: TrackDescription | undefined): Promise<Outcome> {
    const source = description?.source ?? this.#publications.get(section.mid)?.track.source ?? usualSource(section);
    const { router } = this.#context.node;
    const rtpParameters = sendingRtpParameters(section, routerCapabilities(router), sendingOptions(source));
    if (!rtpParameters) return { error: 'unsupportedCodec' };
    const signature = JSON.stringify(rtpParameters);
    const current = this.#publications.get(section.mid);
    if (current?.signature === signature) return this.#keep(current, description);
    if (current) this.#context.room.removeTracks([current.track]);
    return this.#produce({ section, source, description, rtpParameters, signature });
  }

  async #keep(publication: Publication, description: TrackDescription | undefined): Promise<Outcome> {
    if (description) await this.#context.room.updateTrack(publication.track, changeOf(description));
    return { publication, fresh: false };
  }

  async #produce(wanted: {
    section: ClientSection;
    source: TrackSource;
    description: TrackDescription | undefined;
    rtpParameters: RtpParameters;
    signature: string;
  }): Promise<Outcome> {
    const { section, source, description, rtpParameters, signature } = wanted;
    const { node, participantId, logger } = this.#context;
    try {
      const producer = await this.#transport.produce({
        kind: section.kind === 'audio' ? 'audio' : 'video',
        rtpParameters: toMediasoupParameters(rtpParameters),
        paused: description?.muted ?? false,
        keyFrameRequestDelay: sfuLimits.keyFrameRequestDelayMs,
      });
      const { metadata } = description ?? {};
      const track = new RoomTrack({ id: newTrackId(), participantId, producer, node, source, metadata });
      return { publication: { track, rtpParameters, signature }, fresh: true };
    } catch (error) {
      if (!node.alive || this.#transport.closed) throw new CrosspointError('mediaUnavailable', { cause: error });
      logger.warn({ mid: section.mid, err: error }, 'the worker refused a section');
      return { error: 'unsupportedCodec' };
    }
  }

  /** All new tracks are told in one go, so that each receiver gets one offer for them. */
  #announce(outcomes: readonly Outcome[]): void {
    const fresh = outcomes.flatMap((outcome) =>
      'publication' in outcome && outcome.fresh ? [outcome.publication] : [],
    );
    for (const publication of fresh) {
      const mid = publication.rtpParameters.mid ?? '';
      this.#publications.set(mid, publication);
      this.#agreed.set(mid, publication.rtpParameters);
      this.#context.onTrack(publication.track);
    }
    this.#context.room.addTracks(fresh.map(({ track }) => track));
  }

  #answer(offer: ClientDescription): string {
    const sending = new Set(offer.sections.filter(isSending).map(({ mid }) => mid));
    this.#sessionVersion += 1;
    return writePublishAnswer({
      offer,
      transport: serverTransport(this.#transport, this.#dtlsRole),
      sessionVersion: this.#sessionVersion,
      sections: new Map([...this.#agreed].filter(([mid]) => this.#publications.has(mid) || !sending.has(mid))),
      startBitrateKbps: sfuLimits.publishStartBitrateKbps,
    });
  }

  #endAllBut(mids: ReadonlySet<string>): void {
    const ended = [...this.#publications].filter(([mid]) => !mids.has(mid));
    for (const [mid] of ended) this.#publications.delete(mid);
    this.#context.room.removeTracks(ended.map(([, { track }]) => track));
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

function changeOf({ source, muted, metadata }: TrackDescription) {
  return { source, muted, ...(metadata ? { metadata } : {}) };
}

function resultOf(mid: string, outcome: Outcome | undefined): PublishResult['tracks'][number] {
  if (!outcome) return { mid, error: 'internalError' };
  return 'error' in outcome ? { mid, error: outcome.error } : { mid, track: outcome.publication.track.id };
}

/** Unguessable is not needed, distinct is: 72 random bits. */
function newTrackId(): string {
  return `tr_${randomBytes(9).toString('base64url')}`;
}

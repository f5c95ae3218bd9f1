import type { TrackKind } from '../../protocol/models.ts';
import type { PeerConnection, Transceiver } from '../platform.ts';
import { preferCodecs } from './codec-preferences.ts';
import { chooseEncodings } from './encodings.ts';
import type { LocalTrack } from './local-track.ts';

/** A sending transceiver, and who uses it now. */
export interface SenderSlot {
  readonly transceiver: Transceiver;
  readonly kind: TrackKind;
  /** Encodings and codecs cannot be changed later; a slot serves only tracks that want the same. */
  readonly shape: string;
  track: LocalTrack | undefined;
}

/**
 * The transceivers of the publish connection. One whose track was unpublished waits, inactive, for the next of its kind
 * and shape, so that the description grows to the greatest number of simultaneous tracks and no further.
 */
export class SenderSlots {
  readonly #connection: PeerConnection;
  readonly #slots: SenderSlot[] = [];

  constructor(connection: PeerConnection) {
    this.#connection = connection;
  }

  slotOf(track: LocalTrack): SenderSlot | undefined {
    return this.#slots.find((slot) => slot.track === track);
  }

  /** Slots in the order of their m-sections. */
  get all(): readonly SenderSlot[] {
    return this.#slots;
  }

  async occupy(track: LocalTrack): Promise<void> {
    const { mediaTrack, kind, options } = track;
    const { width, height } = mediaTrack.getSettings();
    const encodings = chooseEncodings({ kind, source: track.source, width, height }, options);
    const shape = JSON.stringify([
      encodings.map(({ rid, scaleResolutionDownBy }) => [rid, scaleResolutionDownBy]),
      options.codecs,
    ]);
    const free = this.#slots.find((slot) => !slot.track && slot.kind === kind && slot.shape === shape);
    if (free) return reuse(free, track, encodings);
    const transceiver = this.#connection.addTransceiver(mediaTrack, {
      direction: 'sendonly',
      sendEncodings: encodings,
    });
    if (options.codecs) preferCodecs(transceiver, kind, options.codecs);
    this.#slots.push({ transceiver, kind, shape, track });
  }

  async release(track: LocalTrack): Promise<void> {
    const slot = this.slotOf(track);
    if (!slot) return;
    slot.track = undefined;
    slot.transceiver.direction = 'inactive';
    await slot.transceiver.sender.replaceTrack(null);
  }
}

async function reuse(slot: SenderSlot, track: LocalTrack, encodings: RTCRtpEncodingParameters[]): Promise<void> {
  slot.track = track;
  slot.transceiver.direction = 'sendonly';
  const { sender } = slot.transceiver;
  await sender.replaceTrack(track.mediaTrack);
  const parameters = sender.getParameters();
  for (const [index, encoding] of parameters.encodings.entries()) {
    const { maxBitrate } = encodings[index] ?? {};
    if (maxBitrate !== undefined) encoding.maxBitrate = maxBitrate;
  }
  await sender.setParameters(parameters);
}

import type { TrackKind } from '../../protocol/models.ts';
import type { Transceiver } from '../platform.ts';

/** Puts the wanted codecs first. Browsers without the API, and codecs they do not have, are passed over. */
export function preferCodecs(transceiver: Transceiver, kind: TrackKind, wanted: string[]): void {
  if (!transceiver.setCodecPreferences || typeof RTCRtpSender === 'undefined') return;
  const codecs = RTCRtpSender.getCapabilities(kind)?.codecs ?? [];
  const names = wanted.map((name) => name.toLowerCase());
  const rank = (codec: RTCRtpCodec) => {
    const position = names.indexOf(codec.mimeType.toLowerCase());
    return position === -1 ? names.length : position;
  };
  if (codecs.some((codec) => rank(codec) < names.length)) {
    transceiver.setCodecPreferences(codecs.toSorted((a, b) => rank(a) - rank(b)));
  }
}

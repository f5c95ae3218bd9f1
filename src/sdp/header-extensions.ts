import type { MediaDescription } from 'sdp-transform';
import { sdpLimits } from '../shared/limits.ts';
import { invalidSdp } from './invalid-sdp.ts';
import type { ClientHeaderExtension, ClientSection, Direction } from './types.ts';

/** The header extensions that this folder has to know by name. */
export const extensionUris = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  rid: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  repairedRid: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  absCaptureTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  dependencyDescriptor: 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
} as const;

const directions: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] satisfies Direction[];

/** Narrows a word of an SDP to a direction. */
export function isDirection(word: unknown): word is Direction {
  return typeof word === 'string' && directions.includes(word);
}

/** The header extensions of an m-section (RFC 8285). Encrypted ones are left out: mediasoup does not decrypt them. */
export function parseHeaderExtensions(media: MediaDescription): ClientHeaderExtension[] {
  const declared = media.ext ?? [];
  if (declared.length > sdpLimits.maxHeaderExtensionsPerSection) {
    throw invalidSdp('tooManyHeaderExtensions', 'A section declares too many header extensions.');
  }
  return declared.flatMap((extension) => {
    const { value: id, uri, direction = 'sendrecv' } = extension;
    if (extension['encrypt-uri'] !== undefined || !isExtensionId(Number(id)) || !isDirection(direction)) return [];
    return { uri: String(uri), id: Number(id), direction };
  });
}

function isExtensionId(id: number): boolean {
  return Number.isInteger(id) && id >= 1 && id <= 255;
}

/** mediasoup looks these up for a whole transport, by the id that the latest producer gave. */
const transportWideUris: readonly string[] = [
  extensionUris.absSendTime,
  extensionUris.transportCc,
  extensionUris.absCaptureTime,
  extensionUris.dependencyDescriptor,
];

/**
 * Leaves out transport-wide extensions whose id means something else in another section. RFC 9143 forbids such a bundle,
 * yet aiortc writes one; mediasoup would read a level as a time.
 */
export function withoutConflictingExtensions(sections: ClientSection[]): ClientSection[] {
  const urisOfId = new Map<number, Set<string>>();
  for (const { headerExtensions } of sections) {
    for (const { id, uri } of headerExtensions) urisOfId.set(id, (urisOfId.get(id) ?? new Set()).add(uri));
  }
  const usable = ({ id, uri }: ClientHeaderExtension) =>
    (urisOfId.get(id)?.size ?? 0) < 2 || !transportWideUris.includes(uri);
  return sections.map((section) => ({ ...section, headerExtensions: section.headerExtensions.filter(usable) }));
}

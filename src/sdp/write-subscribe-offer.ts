import { type MediaDescription, write } from 'sdp-transform';
import type { RtpParameters, ServerTransport, SubscribeSection } from './types.ts';
import { writeRtpLines, writeSession, writeTransportLines } from './write-media-section.ts';

export interface SubscribeOffer {
  transport: ServerTransport;
  /** Stays for the life of the connection. */
  sessionId: string;
  /** Rises with each offer. */
  sessionVersion: number;
  /** In the order in which they were first offered; none is ever left out again. At least one. */
  sections: SubscribeSection[];
}

const protocol = 'UDP/TLS/RTP/SAVPF';

/**
 * Offers consumers to a client. Every section keeps its place, mid, payload types and extension ids for the life of the
 * connection; one that nobody uses is inactive and names the codecs it had last.
 */
export function writeSubscribeOffer({ transport, sessionId, sessionVersion, sections }: SubscribeOffer): string {
  return write({
    ...writeSession({ sessionId, sessionVersion, bundle: sections.map(({ mid }) => mid) }),
    media: sections.map((section) => ({
      ...writeSection(section),
      // RFC 8842 section 5.3: actpass in re-offers too, whatever was agreed before. Candidates stand in every section,
      // for a client that refuses the first one (H.264 in Firefox) connects with what another one says.
      ...writeTransportLines({ transport, setup: 'actpass', withCandidates: true }),
    })),
  });
}

function writeSection(section: SubscribeSection): MediaDescription {
  const { mid, kind, rtpParameters, lastRtpParameters } = section;
  const { codecs, headerExtensions = [], rtcp } = rtpParameters ?? lastRtpParameters;
  return {
    ...writeRtpLines({
      type: kind,
      protocol,
      mid,
      direction: rtpParameters ? 'sendonly' : 'inactive',
      codecs,
      headerExtensions,
      reducedSizeRtcp: rtcp?.reducedSize ?? true,
    }),
    ...(rtpParameters && writeStreams(section, rtpParameters)),
  };
}

/** The consumer's SSRCs, by which clients without the mid extension find the section, and the ids browsers group tracks by. */
function writeStreams(section: SubscribeSection, parameters: RtpParameters): Partial<MediaDescription> {
  const [encoding] = parameters.encodings ?? [];
  const cname = plainToken(parameters.rtcp?.cname ?? section.streamId);
  const ssrcs = [encoding?.ssrc, encoding?.rtx?.ssrc].filter((ssrc) => ssrc !== undefined);
  return {
    msid: [{ id: plainToken(section.streamId), appdata: plainToken(section.trackId) }],
    ssrcs: ssrcs.map((id) => ({ id, attribute: 'cname', value: cname })),
    ...(ssrcs.length > 1 && { ssrcGroups: [{ semantics: 'FID', ssrcs: ssrcs.join(' ') }] }),
  };
}

/** Ids and a publisher's cname stand in other people's descriptions: whatever could end a word or a line is replaced. */
function plainToken(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_') || '-';
}

/** The little SDP (RFC 8866) that headless participants write and read, without a parser library. */
export interface LocalIce {
  ufrag: string;
  password: string;
}

export interface RemoteTransport {
  ufrag: string;
  password: string;
  fingerprint: string;
  address: string;
  port: number;
}

export interface OfferedStream {
  mid: string;
  kind: 'audio' | 'video';
  ssrc: number;
  /** Simulcast by rid, the smallest first; one layer is plain. */
  rids: readonly string[];
}

export const payloadTypes = { opus: 111, vp8: 96 } as const;
export const extensionIds = { mid: 4, audioLevel: 1, rid: 10 } as const;
const extensionUris = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  rid: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
} as const;
const transportSequence = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

function sessionLines(mids: string[]): string[] {
  return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${mids.join(' ')}`];
}

function transportLines({ ufrag, password }: LocalIce, fingerprint: string): string[] {
  return [
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    `a=fingerprint:${fingerprint}`,
    'a=setup:active',
    'a=rtcp-mux',
  ];
}

function audioLines({ ssrc }: OfferedStream): string[] {
  return [
    `a=rtpmap:${payloadTypes.opus} opus/48000/2`,
    `a=fmtp:${payloadTypes.opus} minptime=10;useinbandfec=1`,
    `a=extmap:${extensionIds.audioLevel} ${extensionUris.audioLevel}`,
    `a=ssrc:${ssrc} cname:load`,
  ];
}

function videoLines({ ssrc, rids }: OfferedStream): string[] {
  const lines = [
    `a=rtpmap:${payloadTypes.vp8} VP8/90000`,
    `a=rtcp-fb:${payloadTypes.vp8} nack pli`,
    `a=rtcp-fb:${payloadTypes.vp8} ccm fir`,
  ];
  if (rids.length < 2) return [...lines, `a=ssrc:${ssrc} cname:load`];
  return [
    ...lines,
    `a=extmap:${extensionIds.rid} ${extensionUris.rid}`,
    ...rids.map((rid) => `a=rid:${rid} send`),
    `a=simulcast:send ${rids.join(';')}`,
  ];
}

/** Writes the offer of a publisher. */
export function publishOffer(streams: OfferedStream[], ice: LocalIce, fingerprint: string): string {
  const sections = streams.flatMap((stream) => [
    `m=${stream.kind} 9 UDP/TLS/RTP/SAVPF ${stream.kind === 'audio' ? payloadTypes.opus : payloadTypes.vp8}`,
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    ...transportLines(ice, fingerprint),
    `a=mid:${stream.mid}`,
    'a=sendonly',
    `a=extmap:${extensionIds.mid} ${extensionUris.mid}`,
    ...(stream.kind === 'audio' ? audioLines(stream) : videoLines(stream)),
  ]);
  return `${[...sessionLines(streams.map(({ mid }) => mid)), ...sections].join('\r\n')}\r\n`;
}

interface Section {
  /** Kind, port and the rest of the m-line. */
  media: string;
  lines: string[];
}

function splitSections(sdp: string): { session: string[]; sections: Section[] } {
  const session: string[] = [];
  const sections: Section[] = [];
  for (const line of sdp.split(/\r?\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) sections.push({ media: line, lines: [] });
    else (sections.at(-1)?.lines ?? session).push(line);
  }
  return { session, sections };
}

function attribute(lines: string[], name: string): string | undefined {
  return lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3);
}

/** Reads where and with which credentials to reach the server; undefined when something is missing. */
export function readRemoteTransport(sdp: string): RemoteTransport | undefined {
  const { session, sections } = splitSections(sdp);
  const lines = [...session, ...sections.flatMap((section) => section.lines)];
  const candidate = lines.filter((line) => line.startsWith('a=candidate:')).map((line) => line.split(' '));
  const udp = candidate.find((fields) => fields[2]?.toLowerCase() === 'udp' && !fields[4]?.includes(':'));
  const [ufrag, password, fingerprint] = ['ice-ufrag', 'ice-pwd', 'fingerprint'].map((name) => attribute(lines, name));
  const [address, port] = [udp?.[4], Number(udp?.[5])];
  if (!ufrag || !password || !fingerprint || !address || !port) return undefined;
  return { ufrag, password, fingerprint, address, port };
}

const mirrored = ['rtpmap', 'fmtp', 'rtcp-fb', 'extmap', 'mid'];

function answerSection({ media, lines }: Section, ice: LocalIce, fingerprint: string): string[] {
  const rejected = media.split(' ')[1] === '0';
  const receives = lines.some((line) => line === 'a=sendonly' || line === 'a=sendrecv');
  return [
    media,
    'c=IN IP4 0.0.0.0',
    ...(rejected ? [] : transportLines(ice, fingerprint)),
    ...lines.filter((line) => mirrored.some((name) => line.startsWith(`a=${name}:`))),
    receives ? 'a=recvonly' : 'a=inactive',
  ];
}

/** Accepts everything that the server offers: headless receivers count packets and decode none. */
export function subscribeAnswer(offer: string, ice: LocalIce, fingerprint: string): string {
  const { session, sections } = splitSections(offer);
  const group = session.find((line) => line.startsWith('a=group:BUNDLE'));
  const head = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', ...(group ? [group] : [])];
  return `${[...head, ...sections.flatMap((section) => answerSection(section, ice, fingerprint))].join('\r\n')}\r\n`;
}

export interface ReceivedStream {
  mid: string;
  ssrc: number;
  clockRate: number;
}

/** The streams that the server announces, one for each active section: the first SSRC is the media’s, others repair. */
export function offeredStreams(offer: string): ReceivedStream[] {
  return splitSections(offer).sections.flatMap(({ media, lines }) => {
    const ssrc = Number.parseInt(attribute(lines, 'ssrc') ?? '', 10);
    const mid = attribute(lines, 'mid');
    const active = lines.includes('a=sendonly') || lines.includes('a=sendrecv');
    if (!active || mid === undefined || Number.isNaN(ssrc)) return [];
    return [{ mid, ssrc, clockRate: media.startsWith('m=audio') ? 48_000 : 90_000 }];
  });
}

/** The header extension with the transport-wide sequence number, where it was offered. */
export function transportSequenceId(sdp: string): number | undefined {
  const line = sdp.split(/\r?\n/).find((text) => text.startsWith('a=extmap:') && text.includes(transportSequence));
  return line === undefined ? undefined : Number.parseInt(line.slice('a=extmap:'.length), 10);
}

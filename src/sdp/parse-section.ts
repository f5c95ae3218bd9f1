import { type MediaDescription, parse } from 'sdp-transform';
import { sdpLimits } from '../shared/limits.ts';
import { isDirection, parseHeaderExtensions } from './header-extensions.ts';
import { invalidSdp } from './invalid-sdp.ts';
import { parseCodecs } from './parse-codecs.ts';
import { parseSimulcast } from './parse-simulcast.ts';
import { parseSsrcs } from './parse-ssrcs.ts';
import { attributeValue, hasAttribute } from './split-sections.ts';
import type { ClientSection, Direction } from './types.ts';

/** Only these lines reach the general parser, so that hostile ones never meet its more intricate patterns. */
const parsedLines = /^(m=|a=(rtpmap|fmtp|rtcp-fb|extmap|ssrc|ssrc-group):)/;

const midSyntax = /^[\w!#$%&'*+.^`{|}~-]*$/;
const plainToken = /^[\w.+/-]{1,64}$/;
const formatList = /^[\w.+/ -]{1,1024}$/;

export interface SectionContext {
  index: number;
  bundle: readonly string[];
  sessionLines: readonly string[];
}

/** Reads one m-section. */
export function parseSection(lines: readonly string[], context: SectionContext): ClientSection {
  const media = generalParse(lines);
  const mediaLine = parseMediaLine(media);
  const kind = kindOf(mediaLine.type);
  const stopped = Number(media.port) === 0 && !hasAttribute(lines, 'bundle-only');
  const direction = parseDirection(lines, context.sessionLines);
  const mid = parseMid(lines, stopped);
  return {
    index: context.index,
    mid,
    kind,
    live: !stopped && direction !== 'inactive',
    stopped,
    bundled: context.bundle.includes(mid),
    direction,
    codecs: kind === 'audio' || kind === 'video' ? parseCodecs(kind, media) : [],
    headerExtensions: parseHeaderExtensions(media),
    ...parseSimulcast(lines),
    ...parseSsrcs(media),
    ...parseMsid(lines),
    reducedSizeRtcp: hasAttribute(lines, 'rtcp-rsize'),
    mediaLine,
    ...(kind === 'application' && { sctp: parseSctp(lines) }),
  };
}

function generalParse(lines: readonly string[]): MediaDescription {
  const [media] = parse(lines.filter((line) => parsedLines.test(line)).join('\r\n')).media;
  if (media?.type === undefined) throw invalidSdp('badSection', 'An m-line is malformed.');
  return media;
}

function parseMediaLine(media: MediaDescription): ClientSection['mediaLine'] {
  const type = String(media.type);
  const protocol = String(media.protocol);
  const formats = String(media.payloads ?? '').trim();
  if (!plainToken.test(type) || !plainToken.test(protocol) || !formatList.test(formats)) {
    throw invalidSdp('badSection', 'An m-line is malformed.');
  }
  return { type, protocol, formats };
}

function kindOf(type: string): ClientSection['kind'] {
  return type === 'audio' || type === 'video' || type === 'application' ? type : 'other';
}

/** RFC 8866 section 6.7: sendrecv when neither the section nor the session says anything. */
function parseDirection(lines: readonly string[], sessionLines: readonly string[]): Direction {
  for (const level of [lines, sessionLines]) {
    const word = level
      .map((line) => line.slice(2))
      .find((attribute, at) => level[at]?.startsWith('a=') && isDirection(attribute));
    if (isDirection(word)) return word;
  }
  return 'sendrecv';
}

function parseMid(lines: readonly string[], stopped: boolean): string {
  const mid = attributeValue(lines, 'mid') ?? '';
  if ((mid === '' && !stopped) || mid.length > sdpLimits.maxMidChars || !midSyntax.test(mid)) {
    throw invalidSdp('badMid', 'A section has no usable mid.');
  }
  return mid;
}

function parseMsid(lines: readonly string[]): { msid?: string } {
  const msid = attributeValue(lines, 'msid');
  return msid && /^[\x21-\x7e]{1,128}( [\x21-\x7e]{1,128})?$/.test(msid) ? { msid } : {};
}

/** `a=sctp-port:5000` (RFC 8841), or the draft's `a=sctpmap:5000 webrtc-datachannel 65535`. */
function parseSctp(lines: readonly string[]): { port?: number; map?: string } {
  const port = attributeValue(lines, 'sctp-port');
  const map = attributeValue(lines, 'sctpmap');
  return {
    ...(port && /^\d{1,5}$/.test(port) && { port: Number(port) }),
    ...(map && /^\d{1,5} [\w-]{1,64}( \d{1,5})?$/.test(map) && { map }),
  };
}

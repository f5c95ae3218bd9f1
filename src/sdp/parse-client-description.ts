import { withoutConflictingExtensions } from './header-extensions.ts';
import { invalidSdp } from './invalid-sdp.ts';
import { parseSection } from './parse-section.ts';
import { parseDtls, parseIce } from './parse-transport.ts';
import { attributeValues, hasAttribute, type SplitDescription, splitSections } from './split-sections.ts';
import type { ClientDescription, ClientSection } from './types.ts';

/**
 * Reads an offer or an answer of any client.
 *
 * It throws only `CrosspointError` with the code `invalidSdp`. Its work is bounded by `sdpLimits`. What the description
 * says is copied, not judged: whether codecs are usable is decided by `sendingRtpParameters` and `receivingCapabilities`.
 */
export function parseClientDescription(sdp: string, kind: 'offer' | 'answer'): ClientDescription {
  const split = splitSections(sdp);
  const bundle = parseBundle(split.session);
  const sections = split.sections.map((lines, index) =>
    parseSection(lines, { index, bundle, sessionLines: split.session }),
  );
  requireDistinctMids(sections);
  requireOneTransport(sections, bundle);
  requireRtcpMux(split, sections);
  requireFullIce(split);
  return { ...parseTransport(split, sections, bundle, kind), sections: withoutConflictingExtensions(sections), bundle };
}

function parseBundle(session: readonly string[]): string[] {
  const groups = attributeValues(session, 'group').filter((group) => /^BUNDLE( |$)/.test(group));
  return groups.flatMap((group) => group.split(' ').slice(1)).filter((mid) => mid !== '');
}

function requireDistinctMids(sections: ClientSection[]) {
  const mids = sections.map(({ mid }) => mid).filter((mid) => mid !== '');
  if (new Set(mids).size !== mids.length) throw invalidSdp('badMid', 'Two sections have the same mid.');
}

/** There is one transport for each connection, so all that is not stopped has to be in one BUNDLE group. */
function requireOneTransport(sections: ClientSection[], bundle: string[]) {
  const used = sections.filter(({ stopped }) => !stopped);
  if (bundle.length === 0 && used.length <= 1) return;
  if (used.some(({ bundled }) => !bundled)) {
    throw invalidSdp('badBundle', 'Every m-line has to be in one BUNDLE group.');
  }
}

function requireRtcpMux(split: SplitDescription, sections: ClientSection[]) {
  const lacking = sections.some(
    ({ live, kind, index }) =>
      live && (kind === 'audio' || kind === 'video') && !hasAttribute(split.sections[index] ?? [], 'rtcp-mux'),
  );
  if (lacking) throw invalidSdp('noRtcpMux', 'RTP and RTCP have to be multiplexed (a=rtcp-mux).');
}

/** The server is ICE-lite and never begins; two lite sides would wait for each other. */
function requireFullIce(split: SplitDescription) {
  if (hasAttribute(split.session, 'ice-lite')) throw invalidSdp('badIce', 'The client must not be ICE-lite.');
}

/** Each client writes the transport in the section of the BUNDLE tag; aiortc's other sections name unused credentials. */
function parseTransport(
  split: SplitDescription,
  sections: ClientSection[],
  bundle: string[],
  kind: 'offer' | 'answer',
): Pick<ClientDescription, 'ice' | 'dtls'> {
  const used = sections.filter(({ stopped }) => !stopped);
  const tag = used.find(({ mid }) => mid === bundle[0]) ?? used[0];
  const lines = tag && split.sections[tag.index];
  if (!lines) return { ice: { usernameFragment: '', password: '' }, dtls: { role: 'auto', fingerprints: [] } };
  return { ice: parseIce(lines, split.session), dtls: parseDtls(lines, split.session, kind) };
}

import type { MediaDescription } from 'sdp-transform';
import { sdpLimits } from '../shared/limits.ts';
import type { ClientSection } from './types.ts';

type SentStreams = Pick<ClientSection, 'ssrcs' | 'cname'>;

/**
 * The streams that a section announces by SSRC (RFC 5576). A section is one track, so without a SIM group (simulcast by
 * SSRC, in rising quality) only the first primary stream counts.
 */
export function parseSsrcs(media: MediaDescription): SentStreams {
  const announced = (media.ssrcs ?? []).map(({ id }) => Number(id)).filter(isSsrc);
  const groups = (media.ssrcGroups ?? []).map(({ semantics, ssrcs }) => ({
    semantics: String(semantics),
    ssrcs: String(ssrcs).split(' ', sdpLimits.maxSsrcsPerSection).map(Number).filter(isSsrc),
  }));
  const rtxOf = new Map(
    groups.filter(({ semantics }) => semantics === 'FID').map(({ ssrcs: [primary, rtx] }) => [primary, rtx]),
  );
  const simulcast = groups.find(({ semantics }) => semantics === 'SIM')?.ssrcs.slice(0, sdpLimits.maxRids);
  const primaries = simulcast ?? primaryStream(announced, groups);
  return {
    ssrcs: [...new Set(primaries)].map((ssrc) => {
      const rtxSsrc = rtxOf.get(ssrc);
      return rtxSsrc === undefined || primaries.includes(rtxSsrc) ? { ssrc } : { ssrc, rtxSsrc };
    }),
    ...cnameOf(media),
  };
}

function isSsrc(ssrc: number): boolean {
  return Number.isInteger(ssrc) && ssrc > 0 && ssrc <= 0xffff_ffff;
}

/** The first SSRC that no group names as a repair stream. */
function primaryStream(announced: number[], groups: { ssrcs: number[] }[]): number[] {
  const repair = new Set(groups.flatMap(({ ssrcs }) => ssrcs.slice(1)));
  return announced.filter((ssrc) => !repair.has(ssrc)).slice(0, 1);
}

const visibleAscii = /^[\x21-\x7e]+$/;

function cnameOf(media: MediaDescription): { cname?: string } {
  const cname = (media.ssrcs ?? []).find(({ attribute }) => attribute === 'cname')?.value;
  const text = String(cname ?? '');
  return visibleAscii.test(text) && text.length <= sdpLimits.maxCnameChars ? { cname: text } : {};
}

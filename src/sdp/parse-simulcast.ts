import { sdpLimits } from '../shared/limits.ts';
import { invalidSdp } from './invalid-sdp.ts';
import { attributeValue, attributeValues } from './split-sections.ts';
import type { ClientRid } from './types.ts';

interface RidRestrictions {
  /** Pixels of the largest frame, where the client tells. */
  pixels?: number;
  maxBitrate?: number;
}

/** Usual names of encodings in rising quality; a set of rids that fits into one of these is ordered by it. */
const namingFamilies = [
  ['q', 'h', 'f'],
  ['l', 'm', 'h'],
  ['lo', 'mi', 'hi'],
  ['lo', 'mid', 'hi'],
  ['low', 'mid', 'high'],
  ['low', 'medium', 'high'],
];

const ridSyntax = /^[\w-]+$/;

/** The simulcast encodings that a client sends (RFC 8853), in rising quality and as it listed them. */
export function parseSimulcast(lines: readonly string[]): { rids: ClientRid[]; ridsAsWritten: string[] } {
  const listed = sentAlternatives(lines);
  if (listed.length > sdpLimits.maxRids) {
    throw invalidSdp('tooManyEncodings', `There are more than ${sdpLimits.maxRids} simulcast encodings.`);
  }
  const restrictions = parseRestrictions(lines);
  const rids = listed.map(({ rid, paused }) => {
    const maxBitrate = restrictions.get(rid)?.maxBitrate;
    return { rid, paused, ...(maxBitrate !== undefined && { maxBitrate }) };
  });
  return { rids: inRisingQuality(rids, restrictions), ridsAsWritten: listed.map(({ rid }) => rid) };
}

/** `a=simulcast:send h;~m;l recv ...`: of comma-separated alternatives for one encoding the first is taken. */
function sentAlternatives(lines: readonly string[]): { rid: string; paused: boolean }[] {
  const words = (attributeValue(lines, 'simulcast') ?? '').split(/\s+/);
  const list = words[words.indexOf('send') + 1];
  if (!words.includes('send') || list === undefined) return [];
  const seen = new Set<string>();
  return list.split(';').flatMap((alternatives) => {
    const first = alternatives.split(',', 1)[0] ?? '';
    const rid = first.replace(/^~/, '');
    if (!isRid(rid) || seen.has(rid)) return [];
    seen.add(rid);
    return { rid, paused: first.startsWith('~') };
  });
}

function isRid(text: string): boolean {
  return text.length <= sdpLimits.maxRidChars && ridSyntax.test(text);
}

/** Reads `a=rid:<rid> send max-width=1280;max-height=720;max-br=1500000` (RFC 8851). */
function parseRestrictions(lines: readonly string[]): Map<string, RidRestrictions> {
  const restrictions = new Map<string, RidRestrictions>();
  for (const value of attributeValues(lines, 'rid')) {
    const [rid, direction, list = ''] = value.split(' ');
    if (rid && direction === 'send') restrictions.set(rid, parseRestrictionList(list));
  }
  return restrictions;
}

function parseRestrictionList(list: string): RidRestrictions {
  const values = new Map(
    list.split(';').map((entry): [string, number] => {
      const [name = '', value = ''] = entry.split('=');
      return [name, /^\d{1,10}$/.test(value) ? Number(value) : 0];
    }),
  );
  const pixels = (values.get('max-width') ?? 0) * (values.get('max-height') ?? 0) || values.get('max-fs');
  const maxBitrate = values.get('max-br');
  return { ...(pixels && { pixels }), ...(maxBitrate && { maxBitrate }) };
}

/**
 * mediasoup takes the order of encodings for the order of spatial layers. RFC 8853 leaves a list's order to the client,
 * so what the client says about sizes decides, then bitrates, then the usual names; otherwise the list counts as rising.
 */
function inRisingQuality(rids: ClientRid[], restrictions: Map<string, RidRestrictions>): ClientRid[] {
  const rank = rankByRestriction(rids, restrictions) ?? rankByName(rids);
  return rank ? rids.toSorted((a, b) => rank(a.rid) - rank(b.rid)) : rids;
}

function rankByRestriction(rids: ClientRid[], restrictions: Map<string, RidRestrictions>) {
  for (const property of ['pixels', 'maxBitrate'] as const) {
    const values = rids.map(({ rid }) => restrictions.get(rid)?.[property]);
    if (values.every((value) => value !== undefined) && new Set(values).size === rids.length) {
      return (rid: string) => restrictions.get(rid)?.[property] ?? 0;
    }
  }
  return undefined;
}

function rankByName(rids: ClientRid[]) {
  const family = namingFamilies.find((names) => rids.every(({ rid }) => names.includes(rid.toLowerCase())));
  return family && ((rid: string) => family.indexOf(rid.toLowerCase()));
}

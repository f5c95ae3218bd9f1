export interface OpusParameters {
  dtx: boolean;
  stereo: boolean;
}

/**
 * Opus is configured by the receiver's description (RFC 7587 section 7), so what the sender wants is written into its own
 * offer, which the server repeats, and into the answer that the browser is given. Sections not named stay as they are.
 */
export function writeOpusParameters(sdp: string, wanted: ReadonlyMap<string, OpusParameters>): string {
  return mapSections(sdp, (section) => {
    const parameters = wanted.get(midOf(section) ?? '');
    return parameters ? setOpusParameters(section, fmtpOf(parameters)) : section;
  });
}

/** A browser decodes two channels only when its own answer says so; it does so where the server's offer announces them. */
export function acceptStereo(answer: string, offer: string): string {
  const stereo = new Set<string>();
  mapSections(offer, (section) => {
    const mid = midOf(section);
    if (mid !== undefined && /^a=fmtp:.*\b(sprop-)?stereo=1/m.test(section)) stereo.add(mid);
    return section;
  });
  return mapSections(answer, (section) =>
    stereo.has(midOf(section) ?? '') ? setOpusParameters(section, { stereo: '1' }) : section,
  );
}

function fmtpOf({ dtx, stereo }: OpusParameters): Record<string, string> {
  return { useinbandfec: '1', ...(dtx && { usedtx: '1' }), ...(stereo && { stereo: '1', 'sprop-stereo': '1' }) };
}

function setOpusParameters(section: string, parameters: Record<string, string>): string {
  const payloadType = /^a=rtpmap:(\d+) opus\/48000/im.exec(section)?.[1];
  if (payloadType === undefined) return section;
  const line = new RegExp(`^a=fmtp:${payloadType} (.*?)(\r?)$`, 'm');
  const present = line.exec(section);
  if (present) return section.replace(line, `a=fmtp:${payloadType} ${merge(present[1] ?? '', parameters)}$2`);
  const fmtp = `a=fmtp:${payloadType} ${merge('', parameters)}`;
  return section.replace(/^(a=rtpmap:\d+ opus\/48000.*?)(\r?\n)/im, `$1$2${fmtp}$2`);
}

function merge(config: string, parameters: Record<string, string>): string {
  const entries = config
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !Object.hasOwn(parameters, part.split('=')[0] ?? ''));
  return [...entries, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(';');
}

/** Applies a change to each m-section; the session part stays. */
function mapSections(sdp: string, change: (section: string) => string): string {
  const [session = '', ...sections] = sdp.split(/^(?=m=)/m);
  return [session, ...sections.map(change)].join('');
}

function midOf(section: string): string | undefined {
  return /^a=mid:(\S+)/m.exec(section)?.[1];
}

/** The mids of a description's m-sections, in their order. */
export function midsOf(sdp: string): string[] {
  return [...sdp.matchAll(/^a=mid:(\S+)/gm)].flatMap((match) => match[1] ?? []);
}

/** The ICE user fragment that a description begins with; another one means another transport or a restart. */
export function userFragmentOf(sdp: string): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}

import { sdpLimits } from '../shared/limits.ts';

type CodecParameters = Record<string, string | number>;

/** Six hexadecimal digits that may look like a number (`640028` is High at level 4.0) and must stay text. */
const textParameters = new Set(['profile-level-id']);

const canonicalInteger = /^(0|-?[1-9]\d{0,14})$/;

/** Reads the configuration of an fmtp line; what has no `=` (RED's `111/111`, DTMF's `0-15`) is not a parameter. */
export function parseCodecParameters(config: string): CodecParameters {
  const entries: [string, string | number][] = [];
  for (const part of config.split(';', sdpLimits.maxCodecParameters)) {
    const equals = part.indexOf('=');
    if (equals < 1) continue;
    const name = part.slice(0, equals).trim().toLowerCase();
    entries.push([name, parseValue(name, part.slice(equals + 1).trim())]);
  }
  return Object.fromEntries(entries);
}

function parseValue(name: string, value: string): string | number {
  return canonicalInteger.test(value) && !textParameters.has(name) ? Number(value) : value;
}

/**
 * The parameters that are repeated to a client. A publisher's parameters reach every subscriber's browser, so only known
 * names with plain values pass.
 */
const writableParameters = new Set([
  'apt',
  'cbr',
  'channel_mapping',
  'coupled_streams',
  'level-asymmetry-allowed',
  'level-idx',
  'max-br',
  'max-fr',
  'max-fs',
  'max-mbps',
  'maxaveragebitrate',
  'maxplaybackrate',
  'maxptime',
  'minptime',
  'num_streams',
  'packetization-mode',
  'profile',
  'profile-id',
  'profile-level-id',
  'ptime',
  'sprop-stereo',
  'stereo',
  'tier',
  'usedtx',
  'useinbandfec',
  'x-google-start-bitrate',
]);

const plainValue = /^[\w.,+-]{1,64}$/;

/** Writes the configuration of an fmtp line; empty when nothing is worth a line. */
export function writeCodecParameters(parameters: CodecParameters = {}): string {
  return Object.entries(parameters)
    .filter(([name, value]) => writableParameters.has(name) && plainValue.test(String(value)))
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

import { invalidSdp } from './invalid-sdp.ts';
import { attributeValue, attributeValues } from './split-sections.ts';
import type { DtlsFingerprint, DtlsParameters, DtlsRole, IceParameters } from './types.ts';

/** RFC 8839 section 5.4: letters, digits, plus and slash. */
const usernameFragmentSyntax = /^[A-Za-z0-9+/]{4,256}$/;
const passwordSyntax = /^[A-Za-z0-9+/]{22,256}$/;

/** Hexadecimal pairs of a fingerprint by hash; what mediasoup can verify. */
const fingerprintPairs: Record<string, number> = {
  'sha-1': 20,
  'sha-224': 28,
  'sha-256': 32,
  'sha-384': 48,
  'sha-512': 64,
};

const hexPairs = /^[0-9A-F]{2}(:[0-9A-F]{2})*$/;

/** Most certificates have one fingerprint for each hash. */
const maxFingerprints = 8;

/** The ICE credentials of a section, or of the session where the section has none. */
export function parseIce(section: readonly string[], session: readonly string[]): IceParameters {
  const usernameFragment = attributeValue(section, 'ice-ufrag') ?? attributeValue(session, 'ice-ufrag') ?? '';
  const password = attributeValue(section, 'ice-pwd') ?? attributeValue(session, 'ice-pwd') ?? '';
  if (!usernameFragmentSyntax.test(usernameFragment) || !passwordSyntax.test(password)) {
    throw invalidSdp('badIce', 'The ICE user name fragment or password is missing or malformed.');
  }
  return { usernameFragment, password };
}

/** The DTLS role and fingerprints of a section, or of the session (as Firefox writes them). */
export function parseDtls(
  section: readonly string[],
  session: readonly string[],
  kind: 'offer' | 'answer',
): DtlsParameters {
  const own = attributeValues(section, 'fingerprint');
  const values = own.length > 0 ? own : attributeValues(session, 'fingerprint');
  const fingerprints = values.slice(0, maxFingerprints).flatMap(parseFingerprint);
  if (fingerprints.length === 0) {
    throw invalidSdp('badFingerprint', 'There is no certificate fingerprint with a known hash.');
  }
  const setup = attributeValue(section, 'setup') ?? attributeValue(session, 'setup') ?? '';
  return { role: parseRole(setup, kind), fingerprints };
}

function parseFingerprint(text: string): DtlsFingerprint[] {
  const [hash = '', digits = ''] = text.split(' ');
  const algorithm = hash.toLowerCase();
  const value = digits.toUpperCase();
  const pairs = Object.hasOwn(fingerprintPairs, algorithm) ? fingerprintPairs[algorithm] : undefined;
  return pairs !== undefined && value.length === pairs * 3 - 1 && hexPairs.test(value) ? [{ algorithm, value }] : [];
}

/** RFC 5763 section 5: the offerer leaves the choice open with actpass, the answerer must choose. */
function parseRole(setup: string, kind: 'offer' | 'answer'): DtlsRole {
  if (setup === 'active') return 'client';
  if (setup === 'passive') return 'server';
  if (setup === 'actpass' && kind === 'offer') return 'auto';
  throw invalidSdp('badSetup', `The DTLS setup attribute of the ${kind} is missing or not allowed.`);
}

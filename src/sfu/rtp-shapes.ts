import { getSupportedRtpCapabilities, type types } from 'mediasoup';
import type { ReceivingCapabilities } from '../sdp/receiving-capabilities.ts';
import type {
  DtlsParameters,
  RouterCapabilities,
  RtpCodec,
  RtpHeaderExtension,
  RtpParameters,
  ServerTransport,
} from '../sdp/types.ts';

/**
 * The SDP side declares mediasoup's shapes by itself, a little narrower here and wider there. These functions carry values
 * across without casts; what mediasoup does not know is left out.
 */
const knownUris: readonly string[] = (getSupportedRtpCapabilities().headerExtensions ?? []).map(({ uri }) => uri);
const knownHashes = ['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512'];

function isKnownUri(uri: string): uri is types.RtpHeaderExtensionUri {
  return knownUris.includes(uri);
}

function isKnownHash(algorithm: string): algorithm is types.FingerprintAlgorithm {
  return knownHashes.includes(algorithm);
}

/** For `produce()`. */
export function toMediasoupParameters(parameters: RtpParameters): types.RtpParameters {
  const { headerExtensions = [], ...rest } = parameters;
  return {
    ...rest,
    headerExtensions: headerExtensions.flatMap(({ uri, id }) => (isKnownUri(uri) ? [{ uri, id }] : [])),
  };
}

/** For `consume()`. */
export function toMediasoupCapabilities(capabilities: ReceivingCapabilities): types.RtpCapabilities {
  return {
    codecs: capabilities.codecs,
    headerExtensions: capabilities.headerExtensions.flatMap(({ uri, kind, preferredId }) =>
      isKnownUri(uri) ? [{ uri, kind, preferredId }] : [],
    ),
  };
}

/** A consumer's parameters, for an offer. */
export function fromMediasoupParameters(parameters: types.RtpParameters): RtpParameters {
  const { mid, codecs, headerExtensions = [], encodings = [], rtcp } = parameters;
  return {
    ...(mid === undefined ? {} : { mid }),
    codecs: codecs.map(fromMediasoupCodec),
    headerExtensions: headerExtensions.map(({ uri, id }): RtpHeaderExtension => ({ uri, id })),
    encodings: encodings.map(({ ssrc, rtx }) => ({
      ...(ssrc === undefined ? {} : { ssrc }),
      ...(rtx ? { rtx } : {}),
    })),
    ...(rtcp ? { rtcp } : {}),
  };
}

function fromMediasoupCodec({ parameters = {}, ...codec }: types.RtpCodecParameters): RtpCodec {
  const plain = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
  );
  return { ...codec, parameters: Object.fromEntries(plain) };
}

/** What a router carries, for reading descriptions. */
export function routerCapabilities(router: types.Router): RouterCapabilities {
  const { codecs = [], headerExtensions = [] } = router.rtpCapabilities;
  return { codecs, headerExtensions };
}

/** The client's certificate, for `connect()`. */
export function toMediasoupDtls(dtls: DtlsParameters): types.DtlsParameters {
  return {
    role: dtls.role,
    fingerprints: dtls.fingerprints.flatMap(({ algorithm, value }) =>
      isKnownHash(algorithm) ? [{ algorithm, value }] : [],
    ),
  };
}

/** The server's side of a transport, for offers and answers. */
export function serverTransport(transport: types.WebRtcTransport, role: DtlsParameters['role']): ServerTransport {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  return {
    iceParameters: { usernameFragment: iceParameters.usernameFragment, password: iceParameters.password },
    iceCandidates: iceCandidates.map(({ foundation, priority, address, port, protocol, type, tcpType }) => ({
      foundation,
      priority,
      address,
      port,
      protocol,
      type,
      ...(tcpType ? { tcpType } : {}),
    })),
    dtlsParameters: { role, fingerprints: dtlsParameters.fingerprints },
  };
}

/** One text for a certificate, to tell two peer connections apart. */
export function fingerprintKey(dtls: DtlsParameters): string {
  return dtls.fingerprints
    .map(({ algorithm, value }) => `${algorithm} ${value}`)
    .sort()
    .join(',');
}

import type { types } from 'mediasoup';
import * as ortc from 'mediasoup/ortc';
import type { MediaKind, RouterCapabilities, RtpParameters, ServerTransport } from '../../../src/sdp/types.ts';

const video = (mimeType: string, parameters: Record<string, string | number> = {}): types.RouterRtpCodecCapability => ({
  kind: 'video',
  mimeType,
  clockRate: 90_000,
  parameters,
});

const h264 = (profileLevelId: string) =>
  video('video/H264', { 'packetization-mode': 1, 'level-asymmetry-allowed': 1, 'profile-level-id': profileLevelId });

const allCodecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } },
  video('video/VP8'),
  video('video/VP9', { 'profile-id': 0 }),
  h264('42e01f'),
  h264('64001f'),
  video('video/AV1'),
];

/** The capabilities of a mediasoup router with these mime types (all by default), computed by mediasoup itself. */
export function routerCapabilities(mimeTypes?: readonly string[]): RouterCapabilities {
  const codecs = allCodecs.filter(({ mimeType }) => mimeTypes?.includes(mimeType) ?? true);
  const { codecs: capabilities = [], headerExtensions = [] } = ortc.generateRouterRtpCapabilities(
    structuredClone(codecs),
  );
  return {
    codecs: capabilities.map((codec) => ({ ...codec, preferredPayloadType: codec.preferredPayloadType ?? 0 })),
    headerExtensions: headerExtensions.map(({ kind, uri, preferredId, direction = 'sendrecv' }) => ({
      kind,
      uri,
      preferredId,
      direction,
    })),
  };
}

/** What mediasoup's `produce()` works out from parameters before it asks the worker. Throws as `produce()` does. */
export function consumableParameters(kind: MediaKind, parameters: RtpParameters, router: RouterCapabilities) {
  const validated = structuredClone(parameters) as types.RtpParameters;
  ortc.validateAndNormalizeRtpParameters(validated);
  if (validated.encodings?.length === 0) validated.encodings = [{}];
  const capabilities = structuredClone(router) as types.RtpCapabilities;
  ortc.validateAndNormalizeRtpCapabilities(capabilities);
  const mapping = ortc.getProducerRtpParametersMapping(validated, capabilities);
  return ortc.getConsumableRtpParameters(kind, validated, capabilities, mapping);
}

export interface ConsumerRequest {
  mid: string;
  consumable: types.RtpParameters;
  /** As `receivingCapabilities` gives it, or a whole router's. */
  capabilities: unknown;
}

/** The parameters that mediasoup's `consume()` would give a consumer. Throws as `consume()` does. */
export function consumerParameters({ mid, consumable, capabilities }: ConsumerRequest): RtpParameters {
  const remote = structuredClone(capabilities) as types.RtpCapabilities;
  ortc.validateAndNormalizeRtpCapabilities(remote);
  const parameters = ortc.getConsumerRtpParameters({
    consumableRtpParameters: consumable,
    remoteRtpCapabilities: remote,
    pipe: false,
    enableRtx: consumable.codecs.some(({ mimeType }) => mimeType.startsWith('video/')),
  });
  return { ...(parameters as RtpParameters), mid };
}

/** A consumer's parameters for a codec of the router, without a producer. */
export function consumerOf(mimeType: string, mid: string, router: RouterCapabilities): RtpParameters {
  const codec = router.codecs.find((known) => known.mimeType === mimeType);
  if (!codec) throw new Error(`The router has no ${mimeType}.`);
  const { kind, clockRate, channels, parameters = {} } = codec;
  const sent = {
    mid,
    codecs: [
      { mimeType, payloadType: 100, clockRate, ...(channels && { channels }), parameters } as types.RtpCodecParameters,
    ],
    rtcp: { cname: 'publisher' },
  };
  const consumable = consumableParameters(kind, sent as RtpParameters, router);
  return consumerParameters({ mid, consumable, capabilities: router });
}

/** A server's side that looks right and leads nowhere: the discard port on loopback. */
export const fakeTransport: ServerTransport = {
  iceParameters: { usernameFragment: 'serverufrag00000', password: 'serverpassword000000000000000000' },
  iceCandidates: [
    {
      foundation: 'udpcandidate',
      priority: 1_076_302_079,
      address: '127.0.0.1',
      port: 9,
      protocol: 'udp',
      type: 'host',
    },
    {
      foundation: 'tcpcandidate',
      priority: 1_076_276_479,
      address: '127.0.0.1',
      port: 9,
      protocol: 'tcp',
      type: 'host',
      tcpType: 'passive',
    },
  ],
  dtlsParameters: {
    role: 'auto',
    fingerprints: [
      {
        algorithm: 'sha-256',
        value: Array.from({ length: 32 }, (_, at) => (at + 160).toString(16))
          .join(':')
          .toUpperCase(),
      },
    ],
  },
};

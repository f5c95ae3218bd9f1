import { createWorker, type types } from 'mediasoup';

/**
 * A mediasoup worker with nothing of ours around it, forwarding the same streams to the same receivers: what Crosspoint
 * costs on top is the difference. It speaks just enough SDP for the headless participants.
 */
export type BareRequest =
  | { id: number; kind: 'publish'; participant: string; sdp: string }
  | { id: number; kind: 'subscribe'; participant: string; fingerprint: string };

export type BareReply =
  | { id: number; sdp: string }
  | { id: number; error: string }
  | { ready: true; workerPid: number };

const mediaCodecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, preferredPayloadType: 111 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 96 },
];
const initialAvailableOutgoingBitrate = 1_000_000;
const midUri = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const audioLevelUri = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

const worker = await createWorker({
  logLevel: 'none',
  ...(process.env.MEDIASOUP_WORKER_BIN ? { workerBin: process.env.MEDIASOUP_WORKER_BIN } : {}),
});
const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
const router = await worker.createRouter({ mediaCodecs });
const producers = new Map<string, types.Producer[]>();

async function createTransport(fingerprintLine: string): Promise<types.WebRtcTransport> {
  const transport = await router.createWebRtcTransport({ webRtcServer, initialAvailableOutgoingBitrate });
  const [, value = ''] = fingerprintLine.split(' ');
  await transport.connect({ dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] } });
  return transport;
}

function transportLines({ iceParameters, iceCandidates, dtlsParameters }: types.WebRtcTransport): string[] {
  const [candidate] = iceCandidates;
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  return [
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    `a=fingerprint:sha-256 ${fingerprint?.value}`,
    `a=candidate:1 1 udp 1 ${candidate?.ip} ${candidate?.port} typ host`,
  ];
}

async function publish(participant: string, sdp: string): Promise<string> {
  const fingerprint = /a=fingerprint:(.+)/.exec(sdp)?.[1] ?? '';
  const transport = await createTransport(fingerprint);
  const sections = sdp.split('m=').slice(1);
  const own: types.Producer[] = [];
  for (const section of sections) {
    const kind = section.startsWith('audio') ? 'audio' : 'video';
    const ssrc = Number(/a=ssrc:(\d+)/.exec(section)?.[1]);
    const mid = /a=mid:(\S+)/.exec(section)?.[1] ?? '';
    own.push(await transport.produce({ kind, rtpParameters: kind === 'audio' ? audio(mid, ssrc) : video(mid, ssrc) }));
  }
  producers.set(participant, own);
  return transportLines(transport).join('\r\n');
}

function audio(mid: string, ssrc: number): types.RtpParameters {
  return {
    mid,
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
    headerExtensions: [
      { uri: midUri, id: 4 },
      { uri: audioLevelUri, id: 1 },
    ],
    encodings: [{ ssrc }],
    rtcp: { cname: 'load' },
  };
}

function video(mid: string, ssrc: number): types.RtpParameters {
  const rtcpFeedback = [
    { type: 'nack', parameter: 'pli' },
    { type: 'ccm', parameter: 'fir' },
  ];
  return {
    mid,
    codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, rtcpFeedback }],
    headerExtensions: [{ uri: midUri, id: 4 }],
    encodings: [{ ssrc }],
    rtcp: { cname: 'load' },
  };
}

async function subscribe(participant: string, fingerprint: string): Promise<string> {
  const transport = await createTransport(fingerprint);
  const { rtpCapabilities } = router;
  const others = [...producers].filter(([id]) => id !== participant).flatMap(([, own]) => own);
  const sections: string[] = [];
  for (const { id: producerId } of others) {
    const { kind, rtpParameters } = await transport.consume({ producerId, rtpCapabilities });
    const extensions = rtpParameters.headerExtensions ?? [];
    sections.push(
      ...[`m=${kind} 7 UDP/TLS/RTP/SAVPF 0`, `a=mid:${sections.length}`, 'a=sendonly'],
      ...extensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
      `a=ssrc:${rtpParameters.encodings?.[0]?.ssrc} cname:bare`,
    );
  }
  return [...transportLines(transport), ...sections].join('\r\n');
}

async function answer(request: BareRequest): Promise<BareReply> {
  try {
    const { id, participant } = request;
    const sdp =
      request.kind === 'publish'
        ? await publish(participant, request.sdp)
        : await subscribe(participant, request.fingerprint);
    return { id, sdp };
  } catch (error) {
    return { id: request.id, error: String(error) };
  }
}

process.on('message', (request: BareRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => worker.close());
process.send?.({ ready: true, workerPid: worker.pid } satisfies BareReply);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sdpFixture, sdpFixtures } from '../../test/support/sdp-fixtures.ts';
import { consumableParameters, routerCapabilities } from '../../test/support/sdp-peers/router.ts';
import { extensionUris } from './header-extensions.ts';
import { parseClientDescription } from './parse-client-description.ts';
import { type SendingOptions, sendingRtpParameters } from './sending-rtp-parameters.ts';
import type { ClientSection } from './types.ts';

const router = routerCapabilities();

function sectionOf(name: string, index: number): ClientSection {
  const section = parseClientDescription(sdpFixture(`${name}.offer`), 'offer').sections[index];
  if (!section) throw new Error(`${name} has no section ${index}`);
  return section;
}

function codecsOf(name: string, index: number, options?: SendingOptions) {
  return sendingRtpParameters(sectionOf(name, index), router, options)?.codecs;
}

describe('sendingRtpParameters of recorded offers', () => {
  const offers = sdpFixtures().filter(({ kind }) => kind === 'offer');

  it.each(offers)('gives mediasoup what it takes for $name', ({ sdp }) => {
    const sections = parseClientDescription(sdp, 'offer').sections.filter(({ live }) => live);
    for (const section of sections.filter(({ kind }) => kind === 'audio' || kind === 'video')) {
      const kind = section.kind === 'audio' ? 'audio' : 'video';
      const parameters = sendingRtpParameters(section, router);
      if (!parameters) throw new Error('refused');
      const consumable = consumableParameters(kind, parameters, router);
      expect(consumable.codecs[0]?.mimeType).toBe(kind === 'audio' ? 'audio/opus' : 'video/VP8');
      expect(parameters.mid).toBe(section.mid);
      expect(parameters.codecs.length).toBeLessThanOrEqual(2);
      expect(section.codecs.map(({ payloadType }) => payloadType)).toContain(parameters.codecs[0]?.payloadType);
    }
  });

  it.each([
    ['video/VP8', 'chromium'],
    ['video/VP9', 'chromium'],
    ['video/H264', 'chromium'],
    ['video/AV1', 'chromium'],
    ['video/VP8', 'firefox'],
    ['video/VP9', 'firefox'],
    ['video/AV1', 'firefox'],
    ['video/H264', 'aiortc'],
  ])('carries %s of %s when preferred, with RTX and all feedback', (mimeType, client) => {
    const section = sectionOf(`${client}/publish.microphone-camera.only`, 1);
    const parameters = sendingRtpParameters(section, router, { preferredCodecs: [mimeType.toUpperCase()] });
    if (!parameters) throw new Error('refused');
    const [main, rtx] = parameters.codecs;
    expect(main?.mimeType).toBe(mimeType);
    expect(rtx).toMatchObject({ mimeType: 'video/rtx', parameters: { apt: main?.payloadType } });
    expect(main?.rtcpFeedback).toEqual(expect.arrayContaining([{ type: 'nack' }, { type: 'nack', parameter: 'pli' }]));
    expect(consumableParameters('video', parameters, router).codecs[0]?.mimeType).toBe(mimeType);
  });

  it('chooses constrained baseline among Chromium’s H.264 profiles when the router has no baseline', () => {
    const [main] = codecsOf('chromium/publish.microphone-camera.only', 1, { preferredCodecs: ['video/H264'] }) ?? [];
    expect(main?.parameters).toMatchObject({ 'profile-level-id': '42e01f', 'packetization-mode': 1 });
  });

  it('gives mediasoup what it takes, whichever codecs a client has and prefers', () => {
    const section = sectionOf('chromium/publish.simulcast.only', 1);
    const mimeTypes = ['video/VP8', 'video/VP9', 'video/H264', 'video/AV1', 'video/rtx', 'video/none'];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(section.codecs),
        fc.shuffledSubarray(mimeTypes),
        fc.subarray(section.rids),
        fc.subarray(section.headerExtensions),
        (codecs, preferredCodecs, rids, headerExtensions) => {
          const changed = { ...section, codecs, rids, headerExtensions };
          const parameters = sendingRtpParameters(changed, router, { preferredCodecs });
          if (!parameters) return;
          expect(consumableParameters('video', parameters, router).codecs.length).toBeGreaterThan(0);
          const simulcast = (parameters.encodings?.length ?? 0) > 1;
          expect(simulcast && /VP9|AV1/.test(parameters.codecs[0]?.mimeType ?? '')).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is undefined when no codec is common, and for data', () => {
    const audioOnly = routerCapabilities(['audio/opus']);
    expect(sendingRtpParameters(sectionOf('chromium/publish.microphone-camera.only', 1), audioOnly)).toBeUndefined();
    expect(sendingRtpParameters(sectionOf('chromium/publish.data.only', 2), router)).toBeUndefined();
  });
});

describe('sendingRtpParameters of simulcast', () => {
  it.each(['chromium', 'firefox'])('names %s’s rids in rising quality with their temporal layers', (client) => {
    const parameters = sendingRtpParameters(sectionOf(`${client}/publish.simulcast.only`, 1), router);
    expect(parameters?.encodings).toEqual([
      { rid: 'l', scalabilityMode: 'L1T3' },
      { rid: 'm', scalabilityMode: 'L1T3' },
      { rid: 'h', scalabilityMode: 'L1T3' },
    ]);
    const uris = parameters?.headerExtensions?.map(({ uri }) => uri);
    expect(uris).toEqual(expect.arrayContaining([extensionUris.mid, extensionUris.rid, extensionUris.repairedRid]));
  });

  it('never chooses VP9 or AV1, however preferred: mediasoup refuses rids with them', () => {
    const preferredCodecs = ['video/VP9', 'video/AV1', 'video/H264'];
    const [main] = codecsOf('chromium/publish.simulcast.only', 1, { preferredCodecs }) ?? [];
    expect(main?.mimeType).toBe('video/H264');
    const [alone] = codecsOf('chromium/publish.microphone-camera.only', 1, { preferredCodecs }) ?? [];
    expect(alone?.mimeType).toBe('video/VP9');
  });

  it('is refused in a room without a simulcast codec', () => {
    const vp9 = routerCapabilities(['audio/opus', 'video/VP9']);
    expect(sendingRtpParameters(sectionOf('chromium/publish.simulcast.only', 1), vp9)).toBeUndefined();
  });

  it('falls back to one stream when the rid extension is missing', () => {
    const section = sectionOf('firefox/publish.simulcast.only', 1);
    const headerExtensions = section.headerExtensions.filter(({ uri }) => uri !== extensionUris.rid);
    const parameters = sendingRtpParameters({ ...section, headerExtensions }, router);
    expect(parameters?.encodings).toHaveLength(1);
    expect(parameters?.encodings?.[0]?.rid).toBeUndefined();
  });

  it('names the SSRCs of an old simulcast group', () => {
    const section = sectionOf('chromium/publish.microphone-camera.only', 1);
    const ssrcs = [{ ssrc: 1, rtxSsrc: 2 }, { ssrc: 3 }];
    expect(sendingRtpParameters({ ...section, ssrcs }, router)?.encodings).toEqual([
      { ssrc: 1, rtx: { ssrc: 2 }, scalabilityMode: 'L1T3' },
      { ssrc: 3, scalabilityMode: 'L1T3' },
    ]);
  });

  it('passes the highest bitrate of an encoding on', () => {
    const section = sectionOf('chromium/publish.simulcast.only', 1);
    const rids = section.rids.map((rid, at) => ({ ...rid, maxBitrate: (at + 1) * 1000 }));
    const encodings = sendingRtpParameters({ ...section, rids }, router)?.encodings;
    expect(encodings?.map(({ maxBitrate }) => maxBitrate)).toEqual([1000, 2000, 3000]);
  });
});

describe('sendingRtpParameters of one stream', () => {
  it('names its SSRC and repair SSRC', () => {
    const section = sectionOf('chromium/publish.microphone-camera.only', 1);
    const [stream] = section.ssrcs;
    expect(sendingRtpParameters(section, router)?.encodings).toEqual([
      { ssrc: stream?.ssrc, rtx: { ssrc: stream?.rtxSsrc } },
    ]);
  });

  it('leaves the repair SSRC out when the client has no RTX for the codec', () => {
    const section = sectionOf('chromium/publish.microphone-camera.only', 1);
    const codecs = section.codecs.filter(({ mimeType }) => mimeType !== 'video/rtx');
    const parameters = sendingRtpParameters({ ...section, codecs }, router);
    expect(parameters?.codecs).toHaveLength(1);
    expect(parameters?.encodings?.[0]?.rtx).toBeUndefined();
  });

  it('lets mediasoup recognise a stream without SSRC by its mid', () => {
    const section = { ...sectionOf('chromium/publish.microphone.only', 0), ssrcs: [] };
    const parameters = sendingRtpParameters(section, router);
    expect(parameters).toMatchObject({ mid: '0', encodings: [] });
  });

  it('tells the scalability mode of SVC, which SDP does not know', () => {
    const options = { preferredCodecs: ['video/VP9'], scalabilityMode: 'L3T3_KEY' };
    const section = sectionOf('chromium/publish.microphone-camera.only', 1);
    expect(sendingRtpParameters(section, router, options)?.encodings?.[0]?.scalabilityMode).toBe('L3T3_KEY');
    expect(sendingRtpParameters({ ...section, ssrcs: [] }, router, options)?.encodings).toEqual([
      { scalabilityMode: 'L3T3_KEY' },
    ]);
  });

  it('takes the dependency descriptor for AV1 only', () => {
    const section = sectionOf('chromium/publish.simulcast.only', 1);
    const single = { ...section, rids: [] };
    const hasDescriptor = (mimeType: string) =>
      sendingRtpParameters(single, router, { preferredCodecs: [mimeType] })?.headerExtensions?.some(
        ({ uri }) => uri === extensionUris.dependencyDescriptor,
      );
    expect(hasDescriptor('video/AV1')).toBe(true);
    expect(hasDescriptor('video/VP8')).toBe(false);
  });

  it('takes extensions under the client’s ids, and none that it only receives or that mediasoup does not know', () => {
    const parameters = sendingRtpParameters(sectionOf('firefox/publish.microphone-camera.only', 1), router);
    expect(parameters?.headerExtensions).toEqual([
      { uri: extensionUris.mid, id: 3 },
      { uri: extensionUris.absSendTime, id: 4 },
      { uri: 'urn:ietf:params:rtp-hdrext:toffset', id: 5 },
      { uri: extensionUris.transportCc, id: 7 },
    ]);
  });
});

describe('sendingRtpParameters of Opus', () => {
  const opusOf = (client: string, options?: SendingOptions) =>
    codecsOf(`${client}/publish.microphone.only`, 0, options)?.[0]?.parameters;

  it('keeps what the client offers', () => {
    expect(opusOf('chromium')).toEqual({ minptime: 10, useinbandfec: 1 });
    expect(opusOf('firefox')).toEqual({ maxplaybackrate: 48_000, stereo: 1, useinbandfec: 1 });
  });

  it('asks for stereo and for silence to be left out', () => {
    expect(opusOf('chromium', { stereo: true, dtx: true })).toEqual({
      minptime: 10,
      useinbandfec: 1,
      stereo: 1,
      'sprop-stereo': 1,
      usedtx: 1,
    });
    expect(opusOf('firefox', { stereo: false, dtx: false })).toMatchObject({ stereo: 0, usedtx: 0 });
  });

  it('does not touch other codecs', () => {
    const [main] = codecsOf('chromium/publish.microphone-camera.only', 1, { stereo: true, dtx: true }) ?? [];
    expect(main?.parameters).toEqual({});
  });
});

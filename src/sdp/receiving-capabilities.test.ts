import { describe, expect, it } from 'vitest';
import { sdpFixture } from '../../test/support/sdp-fixtures.ts';
import {
  consumableParameters,
  consumerOf,
  consumerParameters,
  routerCapabilities,
} from '../../test/support/sdp-peers/router.ts';
import { extensionUris } from './header-extensions.ts';
import { parseClientDescription } from './parse-client-description.ts';
import { receivingCapabilities } from './receiving-capabilities.ts';
import { sendingRtpParameters } from './sending-rtp-parameters.ts';

const router = routerCapabilities();

const sectionsOf = (name: string, kind: 'offer' | 'answer') =>
  parseClientDescription(sdpFixture(`${name}.${kind}`), kind).sections;

function mimeTypesOf(name: string, kind: 'offer' | 'answer'): string[] {
  const { codecs } = receivingCapabilities(sectionsOf(name, kind), router);
  return [...new Set(codecs.map(({ mimeType }) => mimeType))].toSorted();
}

/** What a camera of Chromium becomes in the router. */
function consumableCamera(mimeType: string) {
  const [, camera] = sectionsOf('chromium/publish.microphone-camera.only', 'offer');
  const parameters = camera && sendingRtpParameters(camera, router, { preferredCodecs: [mimeType] });
  if (!parameters) throw new Error('refused');
  return consumableParameters('video', parameters, router);
}

describe('receivingCapabilities', () => {
  it('tells which of the router’s codecs each client has', () => {
    const publish = 'publish.microphone-camera.only';
    expect(mimeTypesOf(`chromium/${publish}`, 'offer')).toEqual([
      'audio/opus',
      'video/AV1',
      'video/H264',
      'video/VP8',
      'video/VP9',
      'video/rtx',
    ]);
    expect(mimeTypesOf(`firefox/${publish}`, 'offer')).toEqual([
      'audio/opus',
      'video/AV1',
      'video/VP8',
      'video/VP9',
      'video/rtx',
    ]);
    expect(mimeTypesOf(`aiortc/${publish}`, 'offer')).toEqual(['audio/opus', 'video/H264', 'video/VP8', 'video/rtx']);
    expect(mimeTypesOf(`gstreamer/${publish}`, 'offer')).toEqual(['audio/opus', 'video/VP8']);
  });

  it.each(['chromium', 'firefox', 'aiortc', 'gstreamer'])(
    'lets mediasoup consume a camera for what %s answered',
    (client) => {
      const capabilities = receivingCapabilities(sectionsOf(`${client}/subscribe.vp8.only`, 'answer'), router);
      const consumer = consumerParameters({ mid: '1', consumable: consumableCamera('video/VP8'), capabilities });
      expect(consumer.codecs[0]).toMatchObject({ mimeType: 'video/VP8', payloadType: 101 });
      expect(consumer.codecs).toHaveLength(client === 'gstreamer' ? 1 : 2);
      expect(consumer.headerExtensions?.some(({ uri }) => uri === extensionUris.mid)).toBe(client !== 'gstreamer');
    },
  );

  it('makes mediasoup refuse what a client has not got', () => {
    const firefox = receivingCapabilities(sectionsOf('firefox/publish.microphone-camera.only', 'offer'), router);
    expect(() =>
      consumerParameters({ mid: '1', consumable: consumableCamera('video/H264'), capabilities: firefox }),
    ).toThrow('no compatible media codecs');
    const consumer = consumerParameters({ mid: '1', consumable: consumableCamera('video/AV1'), capabilities: firefox });
    expect(consumer.codecs[0]?.mimeType).toBe('video/AV1');
  });

  it('counts extensions only under the router’s ids', () => {
    const answer = receivingCapabilities(sectionsOf('chromium/subscribe.vp8.only', 'answer'), router);
    expect(answer.headerExtensions).toContainEqual({
      kind: 'video',
      uri: extensionUris.transportCc,
      preferredId: 5,
      preferredEncrypt: false,
      direction: 'sendrecv',
    });
    const offer = receivingCapabilities(sectionsOf('chromium/publish.microphone-camera.only', 'offer'), router);
    expect(offer.headerExtensions).toEqual([]);
  });

  it('passes on what feedback both know', () => {
    const { codecs } = receivingCapabilities(sectionsOf('gstreamer/subscribe.vp8.only', 'answer'), router);
    const [vp8] = codecs.filter(({ mimeType }) => mimeType === 'video/VP8');
    expect(vp8?.rtcpFeedback).toContainEqual({ type: 'nack', parameter: 'pli' });
    expect(vp8?.rtcpFeedback).not.toContainEqual({ type: 'nack' });
  });

  it('names each codec once, however many sections have it, and none of stopped sections', () => {
    const { codecs } = receivingCapabilities(
      sectionsOf('chromium/subscribe.coming-and-going.appended', 'answer'),
      router,
    );
    expect(codecs.map(({ mimeType }) => mimeType)).toEqual(['audio/opus', 'video/VP8', 'video/rtx']);
    expect(receivingCapabilities(sectionsOf('firefox/subscribe.h264-only.only', 'answer'), router).codecs).toEqual([]);
  });

  it('leaves mediasoup’s own consumers as they are when the client takes everything', () => {
    const capabilities = receivingCapabilities(sectionsOf('chromium/subscribe.av1.only', 'answer'), router);
    const consumable = consumableCamera('video/AV1');
    const { codecs } = consumerParameters({ mid: '1', consumable, capabilities });
    expect(codecs.map(({ payloadType }) => payloadType)).toEqual(
      consumerOf('video/AV1', '1', router).codecs.map(({ payloadType }) => payloadType),
    );
  });
});

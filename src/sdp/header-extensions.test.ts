import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { sdpFixture } from '../../test/support/sdp-fixtures.ts';
import { extensionUris, isDirection, parseHeaderExtensions } from './header-extensions.ts';
import { parseClientDescription } from './parse-client-description.ts';

function extensionsOf(...lines: string[]) {
  const [media] = parse(['m=video 9 x 96', ...lines].join('\r\n')).media;
  if (!media) throw new Error('no m-line');
  return parseHeaderExtensions(media);
}

describe('parseHeaderExtensions', () => {
  it('reads ids, directions and addresses', () => {
    expect(extensionsOf('a=extmap:3 urn:mid', 'a=extmap:8/sendonly https://dd with attributes')).toEqual([
      { uri: 'urn:mid', id: 3, direction: 'sendrecv' },
      { uri: 'https://dd', id: 8, direction: 'sendonly' },
    ]);
  });

  it('leaves out encrypted ones, impossible ids and unknown directions', () => {
    expect(
      extensionsOf(
        'a=extmap:1 urn:ietf:params:rtp-hdrext:encrypt urn:mid',
        'a=extmap:0 urn:a',
        'a=extmap:256 urn:b',
        'a=extmap:4/sideways urn:c',
      ),
    ).toEqual([]);
  });

  it('refuses a section that declares too many', () => {
    const lines = Array.from({ length: 65 }, (_, at) => `a=extmap:${at + 1} urn:${at}`);
    expect(() => extensionsOf(...lines)).toThrow(
      expect.objectContaining({ data: { reason: 'tooManyHeaderExtensions' } }),
    );
  });
});

describe('an extension id with two meanings in one bundle', () => {
  it('costs aiortc its send time, and leaves its audio level and mid', () => {
    const { sections } = parseClientDescription(sdpFixture('aiortc/publish.microphone-camera.only.offer'), 'offer');
    const urisOf = (index: number) => sections[index]?.headerExtensions.map(({ uri }) => uri);
    expect(urisOf(0)).toEqual([extensionUris.mid, 'urn:ietf:params:rtp-hdrext:ssrc-audio-level']);
    expect(urisOf(1)).toEqual([extensionUris.mid]);
  });

  it('costs browsers nothing, whose ids agree', () => {
    const { sections } = parseClientDescription(sdpFixture('chromium/publish.microphone-camera.only.offer'), 'offer');
    for (const section of sections) {
      const uris = section.headerExtensions.map(({ uri }) => uri);
      expect(uris).toEqual(
        expect.arrayContaining([extensionUris.mid, extensionUris.absSendTime, extensionUris.transportCc]),
      );
    }
  });
});

describe('isDirection', () => {
  it('knows the four words', () => {
    expect(['sendrecv', 'sendonly', 'recvonly', 'inactive'].every(isDirection)).toBe(true);
    expect([undefined, 1, 'SENDRECV', ''].some(isDirection)).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { offeredStreams, publishOffer, readRemoteTransport, subscribeAnswer, transportSequenceId } from './sdp.ts';

const ice = { ufrag: 'abcd', password: 'secret' };
const fingerprint = 'sha-256 AA:BB';

const offer = [
  ...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1', 'a=ice-lite'],
  ...['m=audio 7 UDP/TLS/RTP/SAVPF 100', 'c=IN IP4 127.0.0.1', 'a=mid:0', 'a=sendonly', 'a=rtpmap:100 opus/48000/2'],
  ...['a=ice-ufrag:server', 'a=ice-pwd:password', 'a=fingerprint:sha-256 CC:DD', 'a=setup:actpass'],
  'a=candidate:tcp 1 tcp 1 127.0.0.1 5000 typ host tcptype passive',
  'a=candidate:v6 1 udp 1 ::1 5001 typ host',
  'a=candidate:udp 1 udp 1 127.0.0.1 5002 typ host',
  'a=ssrc:1111 cname:x',
  ...[
    'm=video 7 UDP/TLS/RTP/SAVPF 101 102',
    'a=mid:1',
    'a=sendonly',
    'a=rtpmap:101 VP8/90000',
    'a=rtpmap:102 rtx/90000',
  ],
  ...['a=fmtp:102 apt=101', 'a=rtcp-fb:101 transport-cc', 'a=msid:stream track', 'a=ssrc-group:FID 2222 3333'],
  'a=extmap:5 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  ...['a=ssrc:2222 cname:x', 'a=ssrc:3333 cname:x'],
  ...['m=video 0 UDP/TLS/RTP/SAVPF 101', 'a=mid:2', 'a=inactive', 'a=rtpmap:101 VP8/90000', ''],
].join('\r\n');

test('finds the server’s UDP candidate and credentials', () => {
  expect(readRemoteTransport(offer)).toEqual({
    ...{ ufrag: 'server', password: 'password', fingerprint: 'sha-256 CC:DD' },
    ...{ address: '127.0.0.1', port: 5002 },
  });
  expect(readRemoteTransport(offer.replace('a=ice-pwd:password\r\n', ''))).toBeUndefined();
  expect(readRemoteTransport('v=0\r\n')).toBeUndefined();
});

test('lists the streams to expect: the media, not its repair, and nothing of idle sections', () => {
  expect(offeredStreams(offer)).toEqual([
    { mid: '0', ssrc: 1111, clockRate: 48_000 },
    { mid: '1', ssrc: 2222, clockRate: 90_000 },
  ]);
  expect(transportSequenceId(offer)).toBe(5);
});

test('answers every section in order with its codecs, and none of the server’s own attributes', () => {
  const answer = subscribeAnswer(offer, ice, fingerprint);
  expect(answer.match(/^m=.*$/gm)).toEqual(offer.match(/^m=.*$/gm));
  expect(answer.match(/^a=recvonly$/gm)).toHaveLength(2);
  expect(answer.match(/^a=inactive$/gm)).toHaveLength(1);
  expect(answer.match(/^a=ice-ufrag:abcd$/gm)).toHaveLength(2);
  expect(answer).toContain('a=rtcp-fb:101 transport-cc');
  expect(answer).not.toMatch(/a=(candidate|ssrc|msid|ice-lite|ice-ufrag:server)/);
});

test('offers simulcast by rid and plain streams by SSRC', () => {
  const sdp = publishOffer(
    [
      { mid: '0', kind: 'audio', ssrc: 1, rids: [] },
      { mid: '1', kind: 'video', ssrc: 2, rids: ['l', 'm', 'h'] },
      { mid: '2', kind: 'video', ssrc: 3, rids: [] },
    ],
    ice,
    fingerprint,
  );
  expect(sdp).toContain('a=group:BUNDLE 0 1 2\r\n');
  expect(sdp).toContain('a=simulcast:send l;m;h');
  expect(sdp.match(/^a=ssrc:\d+/gm)).toEqual(['a=ssrc:1', 'a=ssrc:3']);
});

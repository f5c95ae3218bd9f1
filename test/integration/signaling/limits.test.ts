import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse, write } from 'sdp-transform';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { bounds } from '../../../src/protocol/bounds.ts';
import type { Sfu } from '../../../src/sfu/types.ts';
import { type SignalingLimits, sdpLimits } from '../../../src/shared/limits.ts';
import { createSilentLogger } from '../../../src/shared/logger.ts';
import { ApiEndpoint } from '../../../src/signaling/api/api-endpoint.ts';
import { joinAs, lockedDoor, tokenOf } from '../../support/locked-door.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';
import { fixture, startSfu } from '../sfu/support.ts';

let server: TestHub | undefined;
let sfu: Sfu | undefined;

afterEach(async () => {
  await server?.close();
  await sfu?.close();
  server = sfu = undefined;
});

async function start(options: Parameters<typeof startHub>[0] = {}): Promise<TestHub> {
  server = await startHub(options);
  return server;
}

const join = (name = '') => SignalingClient.join(server?.url ?? '', { room: 'tea', name });

describe('the rate of messages', () => {
  const limits = { messagesPerSecond: 0.001, messageBurst: 5, rateLimitRefusals: 10 };

  it('is refused with a warning at first, and persistence ends the connection and the session', async () => {
    await start({ limits });
    const [alice, bob] = [await join(), await join()];
    for (let count = 0; count < 30; count += 1) alice.send('message', { body: count });
    expect((await alice.closed).code).toBe(4429);
    const [, ...replies] = alice.replies;
    expect(replies.slice(0, 15).map(({ error }) => error?.code ?? 'sent')).toEqual([
      ...Array(5).fill('sent'),
      ...Array(10).fill('rateLimited'),
    ]);
    expect(alice.events.at(-1)).toMatchObject({
      method: 'disconnect',
      params: { code: 'rateLimitExceeded', action: 'rejoin', message: expect.any(String) },
    });
    expect(await bob.event('participantLeft')).toMatchObject({ reason: 'removed' });
    expect(bob.events.filter(({ method }) => method === 'message')).toHaveLength(5);
  });

  it('forgives whoever has waited', async () => {
    await start({ limits: { ...limits, messagesPerSecond: 50, messageBurst: 2 } });
    const alice = await join();
    for (let round = 0; round < 4; round += 1) {
      const last = Array.from({ length: 8 }, () => alice.send('message', { body: 1 })).at(-1) ?? 0;
      await alice.replyTo(last);
      // What fills the bucket is time.
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(alice.replies.filter(({ error }) => error?.code === 'rateLimited').length).toBeGreaterThan(10);
    await expect(alice.request('message', { body: 1 })).resolves.toMatchObject({ status: 'sent' });
  });
});

describe('the bytes of a connection', () => {
  it('are bounded in rate whatever they are: a warning at first, and the end for who goes on', async () => {
    const limits = { receivedBytesPerSecond: 1, receivedBytesBurst: 50_000, rateLimitRefusals: 3 };
    await start({ limits });
    const alice = await join();
    const update = { metadata: { note: 'x'.repeat(1_000), more: 'y'.repeat(1_000) } };
    for (let count = 0; count < 40; count += 1) alice.send('update', update);
    expect((await alice.closed).code).toBe(4429);
    const codes = alice.replies.map(({ error }) => error?.code ?? 'ok');
    expect(codes.filter((code) => code === 'ok').length).toBeGreaterThan(20);
    expect(codes.slice(-3)).toEqual(Array(3).fill('rateLimited'));
    expect(alice.events.at(-1)).toMatchObject({ params: { code: 'rateLimitExceeded', action: 'rejoin' } });
  });

  it('a frame beyond the size ends it, with the close code that says to rejoin', async () => {
    await start({ limits: { maxFrameBytes: 20_000 } });
    const [alice, bob] = [await join(), await join()];
    alice.send('message', { body: 'x'.repeat(20_000) });
    expect(await alice.closed).toMatchObject({ code: 1009 });
    expect(await bob.event('participantLeft')).toMatchObject({ reason: 'removed' });
  });
});

describe('names and metadata', () => {
  const { participantNameChars, roomNameChars, metadataEntries, metadataKeyChars, metadataValueChars } = bounds;
  const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']));

  it.each([
    ['a longer name', { name: 'x'.repeat(participantNameChars + 1) }, 'name'],
    ['more metadata', { metadata: entries(metadataEntries + 1) }, 'metadata'],
    ['a longer key', { metadata: { ['k'.repeat(metadataKeyChars + 1)]: '' } }, 'metadata'],
    ['a longer value', { metadata: { key: 'x'.repeat(metadataValueChars + 1) } }, 'metadata'],
  ])('are bounded in a join and in an update: %s is refused and changes nothing', async (_, params, path) => {
    await start();
    const alice = await SignalingClient.connect(server?.url ?? '');
    const problem = { code: 'invalidParams', data: { problems: [{ path: expect.stringContaining(path) }] } };
    await expect(alice.request('join', { room: 'tea', ...params })).rejects.toMatchObject(problem);
    const bob = await join('Bob');
    await expect(bob.request('update', params)).rejects.toMatchObject(problem);
    expect((await join()).me.participants).toEqual([bob.me.participant]);
  });

  it('take what is just within the bounds', async () => {
    await start();
    const params = {
      name: 'x'.repeat(participantNameChars),
      metadata: { ...entries(metadataEntries - 1), ['k'.repeat(metadataKeyChars)]: 'x'.repeat(metadataValueChars) },
    };
    const room = 'r'.repeat(roomNameChars);
    const { me } = await SignalingClient.join(server?.url ?? '', { room, ...params });
    expect(me.participant).toMatchObject(params);
    const longer = SignalingClient.join(server?.url ?? '', { room: `${room}r` });
    await expect(longer).rejects.toMatchObject({ code: 'invalidParams' });
  });
});

describe('rooms', () => {
  it('that one address without an identity has opened are bounded', async () => {
    await start({ trustProxy: true, limits: { maxRoomsPerIdentity: 2 } });
    const enter = async (address: string, room: string) => {
      const headers = { 'x-forwarded-for': address };
      const client = await SignalingClient.connect(server?.url ?? '', { headers });
      return client.request('join', { room });
    };
    await enter('192.0.2.1', 'one');
    await enter('192.0.2.1', 'two');
    await expect(enter('192.0.2.1', 'three')).rejects.toMatchObject({ code: 'tooManyRooms' });
    await enter('192.0.2.2', 'three');
    await enter('192.0.2.1', 'three');
  });

  it('that the HTTP API made for fewer take no more', async () => {
    const { hub, url } = await start(lockedDoor());
    hub.administration.create({ name: 'tea', maxParticipants: 1, locked: false, waitingRoom: false });
    await joinAs(url, 'alice');
    await expect(joinAs(url, 'bob')).rejects.toMatchObject({ code: 'roomFull' });
  });
});

describe('the HTTP API', () => {
  /** A request as from that address, to the API of the hub; gives status and code. */
  async function startApi(limits: Partial<SignalingLimits>) {
    const door = lockedDoor();
    const { hub } = await start({ ...door, limits });
    const { administration } = hub;
    const options = { administration, verifier: door.verifier, limits: hub.limits, trustProxy: true };
    const api = new ApiEndpoint({ ...options, logger: createSilentLogger() });
    const http = createServer((request, response) => void api.handle(request, response)).listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => void http.close());
    const { port } = http.address() as AddressInfo;
    const token = await tokenOf('backend', { room: '*', grants: { admin: true } });
    const create = async (name: string, address = '192.0.2.1') => {
      const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': address };
      const body = JSON.stringify({ name });
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/rooms`, { method: 'POST', headers, body });
      const answer: { error?: { code: string } } = JSON.parse(await response.text());
      return [response.status, answer.error?.code];
    };
    return { hub, create };
  }

  it('bounds the requests of one address, also with a good token', async () => {
    const { create } = await startApi({ apiRequestsPerSecondPerAddress: 0.001, apiRequestBurstPerAddress: 2 });
    await create('one');
    expect(await create('two')).toEqual([201, undefined]);
    expect(await create('three')).toEqual([429, 'rateLimited']);
    expect(await create('three', '192.0.2.2')).toEqual([201, undefined]);
  });

  it('makes no more rooms than the server has, and none while it drains', async () => {
    const { hub, create } = await startApi({ maxRooms: 1 });
    await create('one');
    expect(await create('two')).toEqual([503, 'serverFull']);
    void hub.drain(60_000);
    expect(await create('three')).toEqual([503, 'serverDraining']);
  });
});

describe('descriptions', () => {
  async function publishWith(change: (sdp: string) => string) {
    const alice = await join();
    const sdp = change(await fixture('chromium', 'publish.microphone.only.offer'));
    return alice.request('offer', { connection: 'publish', sdp, tracks: [] });
  }

  /** The one section of an offer, as often as is wanted. */
  function repeated(sdp: string, count: number): string {
    const { media, groups: _, ...session } = parse(sdp);
    const mids = Array.from({ length: count }, (_, index) => String(index));
    const sections = mids.flatMap((mid) => media.map((section) => ({ ...section, mid, ssrcs: [], ssrcGroups: [] })));
    return write({ ...session, groups: [{ type: 'BUNDLE', mids: mids.join(' ') }], media: sections });
  }

  it('are bounded in size, in sections, and in the tracks of one participant', async () => {
    sfu = await startSfu({ maxTracksPerParticipant: 3 });
    await start({ sfu, limits: { maxTracksPerParticipant: 3 } });
    const padded = publishWith((sdp) => `${sdp}a=x-note:${'x'.repeat(bounds.sdpChars)}\r\n`);
    await expect(padded).rejects.toMatchObject({ code: 'invalidParams', data: { problems: [{ path: 'sdp' }] } });
    const manySections = publishWith(() => {
      const section = 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n';
      return `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n${section.repeat(sdpLimits.maxSections + 1)}`;
    });
    await expect(manySections).rejects.toMatchObject({ code: 'invalidSdp' });
    const { tracks = [] } = await publishWith((sdp) => repeated(sdp, 5));
    expect(tracks.map(({ error }) => error)).toEqual([
      undefined,
      undefined,
      undefined,
      'tooManyTracks',
      'tooManyTracks',
    ]);
  });

  it('with a codec that the server does not offer are refused section by section', async () => {
    sfu = await startSfu({ codecs: ['opus'] });
    await start({ sfu });
    const alice = await join();
    const sdp = await fixture('firefox', 'publish.microphone-camera.only.offer');
    const { tracks = [] } = await alice.request('offer', { connection: 'publish', sdp, tracks: [] });
    expect(tracks.map(({ error }) => error)).toEqual([undefined, 'unsupportedCodec']);
  });
});

import { afterEach, beforeEach, vi } from 'vitest';
import type { RequestResult } from '../../protocol/requests.ts';
import { CrosspointClient } from '../crosspoint-client.ts';
import type { LocalTrack } from '../media/local-track.ts';
import type { PublishOptions } from '../options.ts';
import { FakePeerConnections, mediaTrack } from './fake-peer-connection.ts';
import { FakeNetwork } from './fake-web-socket.ts';

const eventNames = [
  'stateChanged',
  'participantJoined',
  'participantUpdated',
  'participantLeft',
  'trackPublished',
  'trackUpdated',
  'trackUnpublished',
  'trackSubscribed',
  'trackUnsubscribed',
  'localTrackPublished',
  'localTrackUnpublished',
  'localTrackEnded',
] as const;

export function createClient() {
  const network = new FakeNetwork();
  const peers = new FakePeerConnections();
  const client = new CrosspointClient({
    url: 'ws://host.example/signaling',
    WebSocket: network.WebSocket,
    createPeerConnection: peers.create,
  });
  const log: string[] = [];
  const note = (name: string, { id, status }: { id?: string | undefined; status?: string }) =>
    log.push(`${name} ${status ?? id}`);
  for (const name of eventNames) client.on(name, (...[subject]) => note(name, subject));
  return { client, network, peers, log };
}

export type Fixture = ReturnType<typeof createClient>;

/** Lets promise callbacks run; nothing of the client's waits for time there. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

export async function createJoined(result: Partial<RequestResult<'join'>> = {}): Promise<Fixture> {
  const fixture = createClient();
  const joining = fixture.client.join({ room: 'lobby' });
  fixture.network.socket.open();
  fixture.network.socket.acceptJoin(result);
  await joining;
  fixture.log.length = 0;
  return fixture;
}

/** Answers the newest offer: the n-th section gets the n-th id, `-` refuses it. */
export function answerOffer({ network }: Fixture, ids: string[]): void {
  const { tracks } = network.socket.last('offer').params as { tracks: { mid: string }[] };
  const results = tracks.map(({ mid }, index) =>
    ids[index] === '-' ? { mid, error: 'unsupportedCodec' } : { mid, track: ids[index] },
  );
  network.socket.reply('offer', { sdp: 'v=0\r\na=ice-ufrag:s1\r\n', tracks: results });
}

export async function publish(fixture: Fixture, kind: 'audio' | 'video', id: string, options: PublishOptions = {}) {
  const publishing = fixture.client.publish(mediaTrack(kind), options);
  await settle();
  const { tracks } = fixture.network.socket.last('offer').params as { tracks: unknown[] };
  const known = [...fixture.client.localTracks].flatMap((track: LocalTrack) => track.id ?? []);
  answerOffer(fixture, [...known, id].slice(0, tracks.length));
  return publishing;
}

export function offerTracks({ network }: Fixture, tracks: Record<string, string>, negotiation = 1): void {
  const sections = Object.keys(tracks).map((mid) => `m=video 9 X 96\r\na=mid:${mid}\r\n`);
  network.socket.event('offer', {
    connection: 'subscribe',
    negotiation,
    sdp: `v=0\r\na=ice-ufrag:s${negotiation}\r\n${sections.join('')}`,
    tracks: Object.entries(tracks).flatMap(([mid, track]) => (track ? [{ mid, track, participant: 'ann' }] : [])),
  });
}

export async function rejoin({ network }: Fixture, result: Partial<RequestResult<'join'>> = {}): Promise<void> {
  network.socket.break(4503);
  await vi.advanceTimersByTimeAsync(500);
  network.socket.open();
  network.socket.acceptJoin({ session: 'session-2', ...result });
  await settle();
}

/** Time is the test's, and no delay is random. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

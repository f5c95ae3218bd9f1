import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Publisher } from '../../../src/loadtest/media/publisher.ts';
import type { Subscriber } from '../../../src/loadtest/media/subscriber.ts';
import { SignalingPeer } from '../../../src/loadtest/signaling-peer.ts';
import type { EventParams } from '../../../src/protocol/events.ts';
import { startServerProcess } from '../../support/server-process.ts';
import { workerBin } from '../../support/worker-bin.ts';
import type { BareReply, BareRequest } from './bare-forwarder.ts';

/** Something that forwards media between headless participants, and the processes that do it. */
export interface Forwarder {
  readonly name: string;
  readonly pids: number[];
  /** Everybody publishes, then everybody receives everybody else. */
  connect(participants: { id: string; publisher: Publisher; subscriber: Subscriber }[]): Promise<void>;
  close(): Promise<void>;
}

/** Joins a room of a Crosspoint server with both connections. */
export async function joinCrosspoint(
  origin: string,
  room: string,
  { publisher, subscriber }: { publisher: Publisher; subscriber: Subscriber },
): Promise<SignalingPeer> {
  const peer = new SignalingPeer({ url: origin, insecure: false, timeoutMs: 20_000 });
  peer.onEvent = (method, params) => {
    const offer = params as EventParams<'offer'>;
    if (method !== 'offer' || !('connection' in offer)) return;
    const sdp = subscriber.answer(offer);
    const { negotiation } = offer;
    if (sdp !== undefined) peer.request('answer', { connection: 'subscribe', negotiation, sdp }).catch(() => undefined);
  };
  await peer.connect();
  const joining = peer.join({ room });
  const { sdp } = await peer.request('offer', {
    connection: 'publish',
    sdp: publisher.offer,
    tracks: publisher.tracks,
  });
  await joining;
  if (sdp === undefined || !publisher.accept(sdp)) throw new Error('the answer cannot be used');
  return peer;
}

export async function startCrosspoint(): Promise<Forwarder & { origin: string }> {
  const server = await startServerProcess([
    ...['--turn-mode', 'off', '--media-workers', '1', '--log-level', 'error'],
    ...['--limits-max-connections-per-address', '1000'],
  ]);
  const origin = `http://${server.http.host}:${server.http.port}`;
  const peers: SignalingPeer[] = [];
  return {
    name: 'Crosspoint',
    origin,
    pids: [server.pid, ...(await server.workerPids())],
    async connect(participants) {
      for (const participant of participants) peers.push(await joinCrosspoint(origin, 'bench', participant));
    },
    async close() {
      for (const peer of peers) peer.cut();
      await server.stop();
    },
  };
}

export async function startBare(fingerprint: string): Promise<Forwarder> {
  const child = fork(new URL('./bare-forwarder.ts', import.meta.url), {
    env: { ...process.env, MEDIASOUP_WORKER_BIN: workerBin() },
  });
  const [ready] = (await once(child, 'message')) as [BareReply];
  if (!('ready' in ready) || child.pid === undefined) throw new Error('the bare worker did not start');
  let nextId = 0;
  const ask = (request: BareRequest): Promise<string> => {
    const reply = new Promise<string>((resolve, reject) => {
      const listen = (message: BareReply): void => {
        if ('ready' in message || message.id !== request.id) return;
        child.off('message', listen);
        if ('error' in message) reject(new Error(message.error));
        else resolve(message.sdp);
      };
      child.on('message', listen);
    });
    child.send(request);
    return reply;
  };
  return {
    name: 'bare mediasoup',
    pids: [child.pid, ready.workerPid],
    async connect(participants) {
      for (const { id: participant, publisher } of participants) {
        publisher.accept(await ask({ id: nextId++, kind: 'publish', participant, sdp: publisher.offer }));
      }
      for (const { id: participant, subscriber } of participants) {
        subscriber.answer({
          sdp: await ask({ id: nextId++, kind: 'subscribe', participant, fingerprint }),
          tracks: [],
        });
      }
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

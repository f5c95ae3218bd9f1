import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Sfu } from '../../../src/sfu/types.ts';
import { fixture, killWorkers, publish, Subscriber, settled, startSfu } from './support.ts';

const offerName = 'publish.microphone-camera.only.offer';

describe('a worker that dies', () => {
  it('is replaced on the same ports', async () => {
    await using sfu = disposable(await startSfu());
    const before = { ports: sfu.ports, pids: sfu.workerPids() };
    await killWorkers(sfu);
    expect(sfu.ports).toEqual(before.ports);
    expect(sfu.workerPids()).not.toEqual(before.pids);
  });

  it('ends tracks and connections, and the call goes on within two seconds', async () => {
    await using sfu = disposable(await startSfu());
    const room = sfu.createRoom('room');
    const ann = room.createSession({ participantId: 'ann', autoSubscribe: true });
    const { tracks } = await publish(ann, 'chromium', offerName);
    const bea = new Subscriber(room, 'bea');
    await bea.accept(0);
    const unpublished: string[] = [];
    room.on('trackUnpublished', ({ id }) => unpublished.push(id));
    const lost = Promise.all([once(ann, 'connectionsLost'), once(bea.session, 'connectionsLost')]);

    const killedAt = performance.now();
    await killWorkers(sfu);
    expect(await lost).toEqual([[['publish']], [['subscribe']]]);
    expect(unpublished.sort()).toEqual(tracks.map(({ track }) => track).sort());
    expect(room.tracksOf('ann')).toEqual([]);

    await publish(ann, 'firefox', offerName);
    const offer = await bea.accept(1, { fingerprint: Array(32).fill('CD').join(':') });
    expect(performance.now() - killedAt).toBeLessThan(2_000);
    expect(offer.tracks).toHaveLength(2);
    expect(sfu.counts()).toMatchObject({ routers: 1, transports: 2, producers: 2, consumers: 2 });
  });

  it('with an offer on its way to it answers mediaUnavailable, and says when to try again', async () => {
    await using sfu = disposable(await startSfu());
    const room = sfu.createRoom('room');
    const ann = room.createSession({ participantId: 'ann', autoSubscribe: true });
    await publish(ann, 'chromium', 'publish.microphone.only.offer');
    const lost = once(ann, 'connectionsLost');
    const sdp = await fixture('chromium', offerName);
    const pid = sfu.workerPids()[0] ?? 0;
    process.kill(pid, 'SIGSTOP');
    const refused = expect(ann.handlePublishOffer({ sdp, tracks: [] })).rejects.toMatchObject({
      code: 'mediaUnavailable',
    });
    process.kill(pid, 'SIGKILL');
    await refused;
    expect(await lost).toEqual([['publish']]);
    await expect(publish(ann, 'chromium', offerName)).resolves.toMatchObject({ tracks: [{}, {}] });
  });

  it('takes only its own part of a room that is spread over two', async () => {
    await using sfu = disposable(await startSfu({ workers: 2, maxConsumersPerWorker: 1 }));
    const room = sfu.createRoom('room');
    const sessions = ['ann', 'bea', 'cat', 'dan'].map((id) => new Subscriber(room, id));
    for (const { session } of sessions) await publish(session, 'chromium', offerName);
    expect((await settled(sfu, { routers: 2 })).routers).toBe(2);
    const lost: string[] = [];
    for (const { session } of sessions) session.on('connectionsLost', () => lost.push(session.participantId));
    await killWorkers(sfu, sfu.workerPids().slice(0, 1));
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(sessions.length);
    const survivors = sessions.filter(({ session }) => !lost.includes(session.participantId));
    for (const { session } of survivors) expect(room.tracksOf(session.participantId)).toHaveLength(2);
    for (const id of lost) expect(room.tracksOf(id)).toEqual([]);
  });
});

function disposable(sfu: Sfu): Sfu & AsyncDisposable {
  return Object.assign(Object.create(sfu), { [Symbol.asyncDispose]: () => sfu.close() });
}

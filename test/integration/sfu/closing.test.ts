import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sfu, SfuCounts, SfuRoom } from '../../../src/sfu/types.ts';
import { fixture, killWorkers, publish, Subscriber, settled, startSfu } from './support.ts';

const offerName = 'publish.microphone-camera.only.offer';
const nothing: SfuCounts = { workers: 2, rooms: 0, routers: 0, sessions: 0, transports: 0, producers: 0, consumers: 0 };

let sfu: Sfu;

beforeAll(async () => {
  sfu = await startSfu({ workers: 2, maxConsumersPerWorker: 2 });
});
afterAll(() => sfu.close());
afterEach(async () => {
  expect(await settled(sfu, nothing)).toEqual(nothing);
});

/** A call of three, spread over both workers, in which everybody receives everybody. */
async function call(): Promise<{ room: SfuRoom; everybody: Subscriber[] }> {
  const room = sfu.createRoom('room');
  const everybody = ['ann', 'bea', 'cat'].map((id) => new Subscriber(room, id));
  for (const { session } of everybody) await publish(session, 'chromium', offerName);
  await Promise.all(everybody.map((subscriber) => subscriber.accept(0)));
  await Promise.all(everybody.map(({ session }) => session.unsubscribe([])));
  return { room, everybody };
}

describe('nothing is left', () => {
  it('when people leave one after the other and the room closes', async () => {
    const { room, everybody } = await call();
    for (const { session } of everybody) session.close();
    expect(await settled(sfu, { routers: 0 })).toMatchObject({ rooms: 1, sessions: 0, routers: 0, transports: 0 });
    room.close();
  });

  it('when the room closes with everybody in it', async () => {
    const { room } = await call();
    room.close();
  });

  it('when everything is closed twice, sessions after their room', async () => {
    const { room, everybody } = await call();
    room.close();
    for (const { session } of everybody) session.close();
    for (const { session } of everybody) session.close();
    room.close();
  });

  it('when a session closes in the middle of its negotiations', async () => {
    const { room, everybody } = await call();
    const sdp = await fixture('firefox', offerName);
    const offers = everybody.map(({ session }) => session.handlePublishOffer({ sdp, tracks: [] }));
    const outcomes = Promise.allSettled(offers);
    for (const { session } of everybody) session.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    room.close();
  });

  it('when a room closes at any moment of a first publish', async () => {
    const sdp = await fixture('chromium', offerName);
    for (let turns = 0; turns < 40; turns += 1) {
      const room = sfu.createRoom('room');
      const ann = room.createSession({ participantId: 'ann', autoSubscribe: true });
      new Subscriber(room, 'bea');
      const published = ann.handlePublishOffer({ sdp, tracks: [] }).catch(() => undefined);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      room.close();
      await published;
    }
  });

  it('when both workers die in the middle of a call', async () => {
    const { room, everybody } = await call();
    await killWorkers(sfu);
    expect(sfu.counts()).toMatchObject({ routers: 0, transports: 0, producers: 0, consumers: 0 });
    for (const { session } of everybody) expect(room.tracksOf(session.participantId)).toEqual([]);
    room.close();
  });
});

describe('a closed session', () => {
  it('answers notJoined and tells nothing more', async () => {
    const { room, everybody } = await call();
    const [first] = everybody;
    first?.session.close();
    await expect(first?.session.subscribe([])).rejects.toMatchObject({ code: 'notJoined' });
    const offers = first?.offers.length;
    await publish(room.createSession({ participantId: 'dan', autoSubscribe: false }), 'chromium', offerName);
    expect(first?.offers).toHaveLength(offers ?? -1);
    room.close();
  });
});

describe('closing the SFU', () => {
  it('ends every process and room, also twice', async () => {
    const other = await startSfu({ workers: 2 });
    const pids = other.workerPids();
    await publish(
      other.createRoom('room').createSession({ participantId: 'ann', autoSubscribe: true }),
      'chromium',
      offerName,
    );
    await Promise.all([other.close(), other.close()]);
    await other.close();
    expect(other.counts()).toEqual({ ...nothing, workers: 0 });
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('refuses to start with a worker that does not exist, and leaves nothing', async () => {
    await expect(startSfu({ workerBin: '/nonexistent/mediasoup-worker' })).rejects.toThrow();
  });
});

import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pipes } from '../../../src/sfu/piping.ts';
import { consume, produce, sendAndReceive, startNode, trackOf } from './rtp-source.ts';
import { publish, Subscriber, settled, startSfu } from './support.ts';

type StartedNode = Awaited<ReturnType<typeof startNode>>;

describe('a room on two workers', () => {
  let home: StartedNode;
  let away: StartedNode;
  let pipes: Pipes;

  beforeEach(async () => {
    [home, away] = await Promise.all([startNode(), startNode()]);
    pipes = new Pipes();
  });
  afterEach(() => Promise.all([home.worker.close(), away.worker.close()]));

  it('forwards each packet of a track to the other worker', async () => {
    const { producer } = await produce(home.node, 'audio');
    const lease = await pipes.lease(trackOf(home.node, producer), away.node);
    const { consumer, received } = await consume(away.node, lease.producerId);
    await sendAndReceive(producer, consumer, 50);
    expect(received.packets).toBe(50);
  });

  it('needs no pipe where the publisher is', async () => {
    const { producer } = await produce(home.node, 'audio');
    const lease = await pipes.lease(trackOf(home.node, producer), home.node);
    expect(lease.producerId).toBe(producer.id);
    expect(pipes.size).toBe(0);
  });

  it('pipes a track once for all its receivers there, and until the last one is gone', async () => {
    const { producer } = await produce(home.node, 'audio');
    const track = trackOf(home.node, producer);
    const [first, second] = await Promise.all([pipes.lease(track, away.node), pipes.lease(track, away.node)]);
    expect(away.worker.census.producers).toBe(1);
    expect(pipes.size).toBe(1);
    first.release();
    first.release();
    expect(pipes.size).toBe(1);
    second.release();
    expect(pipes.size).toBe(0);
    const third = await pipes.lease(track, away.node);
    const { consumer, received } = await consume(away.node, third.producerId);
    await sendAndReceive(producer, consumer, 3);
    expect(received.packets).toBe(3);
  });

  it('ends the pipe with its track', async () => {
    const { producer } = await produce(home.node, 'audio');
    const lease = await pipes.lease(trackOf(home.node, producer), away.node);
    const { consumer } = await consume(away.node, lease.producerId);
    const closed = once(consumer, 'producerclose');
    producer.close();
    await closed;
    expect(pipes.size).toBe(0);
    expect(away.worker.census.producers).toBe(0);
  });

  it('ends the pipe when the publisher’s worker dies', async () => {
    const { producer } = await produce(home.node, 'audio');
    const lease = await pipes.lease(trackOf(home.node, producer), away.node);
    const { consumer } = await consume(away.node, lease.producerId);
    const closed = once(consumer, 'producerclose');
    process.kill(home.worker.pid, 'SIGKILL');
    await closed;
    expect(pipes.size).toBe(0);
    expect(away.worker.census).toMatchObject({ producers: 0, consumers: 0 });
  });

  it('forgets a pipe that could not be made', async () => {
    const { producer } = await produce(home.node, 'audio');
    away.node.close();
    await expect(pipes.lease(trackOf(home.node, producer), away.node)).rejects.toThrow();
    expect(pipes.size).toBe(0);
  });
});

describe('a room that outgrows its worker', () => {
  it('takes in newcomers on another one, and they do not notice', async () => {
    const sfu = await startSfu({ workers: 2, maxConsumersPerWorker: 2 });
    try {
      const room = sfu.createRoom('room');
      const everybody = ['ann', 'bea', 'cat', 'dan'].map((id) => new Subscriber(room, id));
      for (const { session } of everybody) await publish(session, 'chromium', 'publish.microphone-camera.only.offer');
      for (const subscriber of everybody) await subscriber.accept(0);
      await Promise.all(everybody.map(({ session }) => session.unsubscribe([])));
      expect(sfu.counts().routers).toBe(2);
      for (const { offers } of everybody) {
        const tracks = new Set(offers.at(-1)?.tracks.map(({ track }) => track));
        expect(tracks.size).toBeGreaterThan(0);
      }
      await Promise.all(everybody.map((subscriber) => subscriber.offers[1] && subscriber.accept(1)));
      const received = everybody.map(
        ({ offers }) => new Set(offers.at(-1)?.tracks.map(({ participant }) => participant)),
      );
      expect(received.map(({ size }) => size)).toEqual([3, 3, 3, 3]);
      room.close();
      expect(await settled(sfu, { routers: 0 })).toMatchObject({ transports: 0, producers: 0, consumers: 0 });
    } finally {
      await sfu.close();
    }
  });

  it('stays on one worker while it fits, and another room goes to the other', async () => {
    const sfu = await startSfu({ workers: 2 });
    try {
      for (const name of ['first', 'second']) {
        const room = sfu.createRoom(name);
        const everybody = ['ann', 'bea', 'cat'].map((id) => new Subscriber(room, id));
        for (const { session } of everybody) await publish(session, 'chromium', 'publish.microphone.only.offer');
      }
      expect(sfu.counts().routers).toBe(2);
    } finally {
      await sfu.close();
    }
  });
});

import { once } from 'node:events';
import { kill } from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CrosspointClient } from '../../../src/client/index.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { SignalingClient } from '../../support/signaling-client.ts';

/** Machines that do many things at a time are slow. */
const patience = { timeout: 20_000 };
const rooms = ['tea', 'coffee'];
const names = ['Ann', 'Ben', 'Cid', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon'];

async function start(flags: string[] = []): Promise<ServerProcess> {
  const server = await startServerProcess(flags);
  onTestFinished(async () => void (await server.kill()));
  return server;
}

/** Five people in each of two rooms. */
async function gather(url: string): Promise<CrosspointClient[]> {
  return Promise.all(
    names.map(async (name, index) => {
      // The default would wait up to 15 s by the time at which the server is back.
      const client = new CrosspointClient({ url, reconnect: { maxDelayMs: 1_000 } });
      onTestFinished(() => client.leave());
      await client.join({ room: rooms[index % rooms.length] ?? '', name, metadata: { seat: String(index) } });
      return client;
    }),
  );
}

/** Names and metadata of the others, as each client sees them. */
function views(clients: readonly CrosspointClient[]) {
  return clients.map(({ participants }) =>
    [...participants.values()]
      .map(({ name, metadata, state }) => ({ name, metadata, state }))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  );
}

const statuses = (clients: readonly CrosspointClient[]) => new Set(clients.map(({ state }) => state.status));

describe('a server that is started anew on the same port', () => {
  it.each([
    ['was told to stop', (server: ServerProcess) => server.stop()],
    ['was killed', (server: ServerProcess) => server.kill()],
  ])(
    'has ten clients back in their rooms by themselves after it %s',
    async (_, end) => {
      const first = await start();
      const clients = await gather(first.signaling);
      await expect.poll(() => views(clients).every((view) => view.length === 4), patience).toBe(true);
      const before = views(clients);
      const ids = clients.map(({ self }) => self?.id);

      await end(first);
      await expect.poll(() => [...statuses(clients)], patience).toEqual(['reconnecting']);
      const second = await start(['--http-port', String(first.http.port)]);
      await expect.poll(() => [...statuses(clients)], patience).toEqual(['joined']);
      await expect.poll(() => views(clients), patience).toEqual(before);

      const heard = Promise.all(
        clients.slice(2).map((client) => new Promise((resolve) => client.once('messageReceived', resolve))),
      );
      await Promise.all(clients.slice(0, 2).map((client) => client.sendMessage({ body: 'still here?' })));
      await heard;
      expect(clients.map(({ self }) => self?.id)).not.toEqual(ids);
      expect(await second.stop()).toBe(0);
    },
    60_000,
  );
});

describe('SIGTERM', () => {
  it('lets a call end, turns new ones and the load balancer away, and exits with 0 when the call is over', async () => {
    const server = await start(['--shutdown-drain-timeout-ms', '60000']);
    const health = new URL('healthz', server.demo);
    const ann = new CrosspointClient({ url: server.signaling });
    await ann.join({ room: 'tea' });
    const announced = new Promise<number>((resolve) => ann.once('drainAnnounced', resolve));
    expect((await fetch(health)).status).toBe(200);

    kill(server.pid, 'SIGTERM');
    const deadline = await announced;
    expect(deadline - Date.now()).toBeGreaterThan(50_000);
    expect((await fetch(health)).status).toBe(503);
    const stranger = new CrosspointClient({ url: server.signaling });
    await expect(stranger.join({ room: 'coffee' })).rejects.toMatchObject({ code: 'serverDraining' });
    expect(stranger.state).toMatchObject({ status: 'disconnected', action: 'rejoin' });
    const ben = new CrosspointClient({ url: server.signaling });
    const { participants } = await ben.join({ room: 'tea' });
    expect(participants).toHaveLength(1);

    await ann.leave();
    expect((await fetch(health)).status).toBe(503);
    await ben.leave();
    expect(await server.exited).toBe(0);
  });

  it('ends what is still going on at the deadline, and exits with 0', async () => {
    const server = await start(['--shutdown-drain-timeout-ms', '300']);
    const ann = await SignalingClient.join(server.signaling, { room: 'tea' });
    kill(server.pid, 'SIGTERM');
    const { deadline } = await ann.event('draining');
    expect(await ann.event('disconnect')).toMatchObject({ code: 'serverShutdown', action: 'rejoin' });
    expect(Date.now()).toBeGreaterThanOrEqual(deadline);
    expect(await server.exited).toBe(0);
  });

  it('drains no longer when SIGINT follows', async () => {
    const server = await start(['--shutdown-drain-timeout-ms', '60000']);
    const ann = await SignalingClient.join(server.signaling, { room: 'tea' });
    kill(server.pid, 'SIGTERM');
    await ann.event('draining');
    kill(server.pid, 'SIGINT');
    await once(ann.socket, 'close');
    expect(await server.exited).toBe(0);
  });
});

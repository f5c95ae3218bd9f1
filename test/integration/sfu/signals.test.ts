import { kill } from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { CrosspointClient } from '../../../src/client/index.ts';
import { startServerProcess } from '../../support/server-process.ts';

const isRunning = (pid: number) => {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
};

it('keeps the media workers while the server drains, and ends them with it', async () => {
  const server = await startServerProcess(['--shutdown-drain-timeout-ms', '60000']);
  onTestFinished(() => server.kill());
  const client = new CrosspointClient({ url: server.signaling });
  await client.join({ room: 'tea' });
  const workers = await server.workerPids();
  expect(workers.length).toBeGreaterThan(0);
  const announced = new Promise((resolve) => client.once('drainAnnounced', resolve));
  kill(server.pid, 'SIGTERM');
  await announced;
  // A worker that had been told to end would be gone before a request has come back.
  for (let round = 0; round < 5; round++) await client.update({ metadata: { round: String(round) } });
  expect(await server.workerPids()).toEqual(workers);
  await client.leave();
  expect(await server.exited).toBe(0);
  expect(workers.filter(isRunning)).toEqual([]);
});

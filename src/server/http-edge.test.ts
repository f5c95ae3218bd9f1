import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { httpLimits } from '../shared/limits.ts';
import { HttpEdge } from './http-edge.ts';

const clients = 1000;
const connectAll = `
  const { connect } = require('node:net');
  let connected = 0;
  for (let index = 0; index < ${clients}; index++) connect(Number(process.argv[1]), '127.0.0.1', () => connected++);
  setTimeout(() => { console.log(connected); process.exit(); }, 900);
`;

/** What the kernel grants of a backlog. */
function granted(backlog: number): number {
  return Math.min(backlog, Number(readFileSync('/proc/sys/net/core/somaxconn', 'latin1')));
}

test('a thousand clients that come while the event loop stands still are kept waiting, not turned away', async () => {
  const onUpgrade = () => undefined;
  const edge = await HttpEdge.start({
    host: '127.0.0.1',
    port: 0,
    credentials: undefined,
    onRequest: onUpgrade,
    onUpgrade,
  });
  // This process is at a standstill until the clients have counted; who is not in the kernel's queue by then tries again after a second.
  const { stdout } = spawnSync(process.execPath, ['-e', connectAll, String(edge.address.port)], { encoding: 'utf8' });
  await edge.close();
  expect(Number(stdout)).toBe(Math.min(clients, granted(httpLimits.acceptBacklog)));
});

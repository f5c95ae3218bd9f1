import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIntoSharedBuffer } from './shared-read-buffer.ts';

const server = createServer();
let accepted: Socket;
let client: Socket;

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server listens on a port here, not on a path.
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [accepted] = await once(server, 'connection');
});

afterEach(async () => {
  client.destroy();
  accepted.destroy();
  server.close();
  await once(server, 'close');
});

describe('readIntoSharedBuffer', () => {
  it('gives what comes from then on, and nothing of it to the stream', async () => {
    const heard: string[] = [];
    const memory = new Set<ArrayBufferLike>();
    let streamed = 0;
    accepted.on('data', () => {
      streamed += 1;
    });
    const isShared = readIntoSharedBuffer(accepted, (bytes, length) => {
      heard.push(bytes.toString('latin1', 0, length));
      memory.add(bytes.buffer);
    });
    expect(isShared).toBe(true);
    for (const text of ['one', 'two']) {
      client.write(text);
      await expect.poll(() => heard.at(-1)).toBe(text);
    }
    expect([memory.size, streamed, accepted.bytesRead]).toEqual([1, 0, 6]);
  });

  it('leaves the end of the connection to the stream', async () => {
    readIntoSharedBuffer(accepted, () => undefined);
    accepted.resume();
    client.end('bye');
    await once(accepted, 'end');
  });

  it('is not for TLS, nor for what is no open socket', () => {
    for (const other of [new TLSSocket(accepted), new Socket(), new Duplex()]) {
      expect(readIntoSharedBuffer(other, () => undefined)).toBe(false);
    }
  });
});

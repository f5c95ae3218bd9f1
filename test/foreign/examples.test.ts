import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const pythonClient = fileURLToPath(new URL('../../examples/python-client/crosspoint_client.py', import.meta.url));
const nodeChat = fileURLToPath(new URL('../../examples/node-chat/chat.ts', import.meta.url));

const outcome = z.object({
  event: z.literal('result'),
  met: z.array(z.string()),
  received: z.record(z.string(), z.object({ kind: z.string(), frames: z.number(), signal: z.number() })),
  disconnect: z.null(),
});

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(async () => {
  await server?.stop();
});

async function runPythonClient(name: string, seconds: number) {
  const child = spawn('/usr/bin/python3', [
    pythonClient,
    server.signaling,
    'py',
    '--name',
    name,
    '--seconds',
    `${seconds}`,
  ]);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const [code] = await once(child, 'close');
  expect(code, errors).toBe(0);
  return lines.map((line) => JSON.parse(line));
}

/** Resolves when the program has printed a line that contains the text. */
function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`it ended before it said "${text}"`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(text)) resolve();
    });
  });
}

describe('the Python client, which was written from docs/protocol.md', () => {
  it('publishes and receives: two of them see and hear each other', async () => {
    const runs = await Promise.all([runPythonClient('one', 14), runPythonClient('two', 14)]);
    for (const lines of runs) {
      expect(lines[0]).toMatchObject({
        event: 'published',
        tracks: [expect.stringMatching(/^tr_/), expect.stringMatching(/^tr_/)],
      });
      const { met, received } = outcome.parse(lines.at(-1));
      expect(met).toHaveLength(1);
      const video = Object.values(received).find(({ kind }) => kind === 'video');
      const audio = Object.values(received).find(({ kind }) => kind === 'audio');
      expect(video?.frames).toBeGreaterThan(30);
      expect(video?.signal, 'the bar is bright').toBeGreaterThan(150);
      expect(audio?.frames).toBeGreaterThan(100);
      expect(audio?.signal, 'the tone is loud').toBeGreaterThan(5000);
    }
  });
});

describe('the chat for the terminal', () => {
  it('passes lines on between two people', async () => {
    const start = (name: string) => spawn(process.execPath, [nodeChat, server.signaling, 'chat', name]);
    const ann = start('Ann');
    await printed(ann, 'with nobody else');
    const ben = start('Ben');
    await Promise.all([printed(ann, 'Ben joined'), printed(ben, 'with Ann')]);
    const heard = printed(ann, 'Ben: hello Ann');
    ben.stdin.write('hello Ann\n');
    await heard;
    const left = printed(ann, 'Ben left');
    ben.stdin.write('/quit\n');
    await left;
    ann.stdin.end();
    const [code] = await once(ann, 'exit');
    expect(code).toBe(0);
  });
});

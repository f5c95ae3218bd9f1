import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createSilentLogger } from '../../shared/logger.ts';
import { type WebhookEvent, type WebhookOptions, WebhookSender } from './webhook-sender.ts';
import { signatureHeader, signWebhook, verifyWebhook } from './webhook-signature.ts';

const secret = 'webhook-secret';
const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

interface Received {
  body: string;
  signature: string;
}

/** A receiver that answers with the given statuses in turn, then with 204. */
async function startReceiver(statuses: number[] = []): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ body: await bodyOf(request), signature: String(request.headers[signatureHeader]) });
    response.writeHead(statuses.shift() ?? 204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/hook`, received };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function createSender(urls: string[], options: Partial<WebhookOptions> = {}): WebhookSender {
  const defaults = { maxQueued: 100, maxAttempts: 3, timeoutMs: 1_000, retryDelayMs: 1, logger: createSilentLogger() };
  const sender = new WebhookSender({ urls, secret, ...defaults, ...options });
  cleanUps.push(() => sender.close());
  return sender;
}

const event: WebhookEvent = { event: 'roomStarted', room: 'r' };
const parsed = (received: Received[]) => received.map(({ body }) => JSON.parse(body) as { id: string; room: string });

describe('WebhookSender', () => {
  it('sends events in order to every receiver, each signed over its body', async () => {
    const [first, second] = await Promise.all([startReceiver(), startReceiver()]);
    const sender = createSender([first.url, second.url]);
    for (const room of ['a', 'b', 'c']) sender.send({ ...event, room });
    await sender.idle();
    expect(parsed(first.received).map(({ room }) => room)).toEqual(['a', 'b', 'c']);
    expect(parsed(second.received)).toEqual(parsed(first.received));
    for (const { body, signature } of first.received) {
      const check = { secret, header: signature, nowSeconds: Date.now() / 1000, toleranceSeconds: 60 };
      expect(verifyWebhook({ ...check, body })).toBe(true);
      expect(verifyWebhook({ ...check, body: `${body} ` })).toBe(false);
    }
  });

  it('repeats an event with the same id until the receiver takes it', async () => {
    const receiver = await startReceiver([500, 503]);
    const sender = createSender([receiver.url]);
    sender.send(event);
    await sender.idle();
    expect(new Set(parsed(receiver.received).map(({ id }) => id)).size).toBe(1);
    expect(receiver.received).toHaveLength(3);
  });

  it('gives an event up after the last attempt and goes on with the next', async () => {
    const receiver = await startReceiver([500, 500, 500]);
    const sender = createSender([receiver.url]);
    sender.send({ ...event, room: 'lost' });
    sender.send({ ...event, room: 'kept' });
    await sender.idle();
    expect(parsed(receiver.received).map(({ room }) => room)).toEqual(['lost', 'lost', 'lost', 'kept']);
  });

  it('says so when it drops what a slow receiver cannot take, and stops at once when closed', async () => {
    const warnings: unknown[] = [];
    const logger = { ...createSilentLogger(), warn: (_details: unknown, text?: string) => warnings.push(text) };
    const sender = createSender(['http://127.0.0.1:9/unreachable'], { maxQueued: 2, retryDelayMs: 60_000, logger });
    for (let count = 0; count < 10; count++) sender.send(event);
    expect(warnings).toEqual(Array(7).fill('webhook dropped: the receiver is too slow'));
    expect(sender.close()).toHaveLength(3);
    expect(sender.close()).toEqual([]);
    await sender.idle();
    sender.send(event);
    expect(warnings).toHaveLength(7);
  });

  it('gives what was not taken, that on its way first, to be sent by the next one as it was', async () => {
    const [busy, gone] = await Promise.all([startReceiver([500]), startReceiver([204, 500])]);
    const sender = createSender([busy.url, gone.url], { retryDelayMs: 60_000 });
    for (const room of ['a', 'b', 'c']) sender.send({ ...event, room });
    await expect.poll(() => [busy.received.length, gone.received.length]).toEqual([1, 2]);
    const waiting = sender.close();
    const roomsOf = (url: string) =>
      waiting.filter((webhook) => webhook.url === url).map(({ body }) => JSON.parse(body).room);
    expect([roomsOf(busy.url), roomsOf(gone.url)]).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
    const next = createSender([busy.url]);
    next.send({ ...event, room: 'd' });
    next.resume(waiting);
    await next.idle();
    expect(parsed(busy.received).map(({ room }) => room)).toEqual(['a', 'd', 'a', 'b', 'c']);
    expect(parsed(busy.received)[2]?.id).toBe(parsed(busy.received)[0]?.id);
    expect(gone.received).toHaveLength(2);
  });
});

describe('verifyWebhook', () => {
  const header = signWebhook({ secret, body: '{}', atSeconds: 1_000 });
  const check = { secret, body: '{}', header, nowSeconds: 1_010, toleranceSeconds: 60 };

  it('refuses an old signature, another secret and a malformed header', () => {
    expect(verifyWebhook(check)).toBe(true);
    expect(verifyWebhook({ ...check, nowSeconds: 1_061 })).toBe(false);
    expect(verifyWebhook({ ...check, secret: 'other' })).toBe(false);
    expect(verifyWebhook({ ...check, header: 'v1=abc' })).toBe(false);
  });
});

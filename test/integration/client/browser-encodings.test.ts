import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { HubCounters } from '../../../src/shared/tally.ts';
import { launchChromium, launchFirefox, type TestBrowser } from '../../support/browsers.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';
import { serveClientPage } from './support/client-page.ts';
import type {} from './support/encodings-page.ts';

const script = fileURLToPath(new URL('./support/encodings-page.ts', import.meta.url));
const counters = new HubCounters();
let server: TestHub;
let site: Awaited<ReturnType<typeof serveClientPage>>;

beforeAll(async () => {
  server = await startHub({ counters, allowedOrigins: ['*'] });
  site = await serveClientPage(script);
});
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await server?.close();
});

describe.each([
  ['Chromium', launchChromium],
  ['Firefox', launchFirefox],
])('a page in %s', (_, launch) => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each([
    { packed: false, compress: false },
    { packed: true, compress: false },
    { packed: false, compress: true },
    { packed: true, compress: true },
  ])('gets and sends bytes and large texts with %j', async (speech) => {
    const friend = await SignalingClient.join(server.url, { room: 'lobby' });
    onTestFinished(() => friend.cut());
    const page = await browser.openPage(site.url);
    onTestFinished(() => page.close());
    const exchanged = page.evaluate((options) => window.exchange(options), { url: server.url, ...speech });
    const { body, from } = await friend.event('message');
    const bytes = Buffer.from(Array.from({ length: 4_000 }, (_unused, index) => index >> 4));
    expect(body).toEqual({ $binary: bytes.toString('base64') });
    const before = counters.bytesSent;
    await friend.request('message', { to: from, body });
    expect(await exchanged).toEqual([...bytes]);
    const sent = counters.bytesSent - before;
    if (speech.compress) expect(sent, 'the page has got it compressed').toBeLessThan(2_000);
    else expect(sent).toBeGreaterThan(bytes.length);
    await friend.request('leave', {});
  });
});

import { writeFileSync } from 'node:fs';
import { launchChromium, type TestPage } from '../../../support/browsers.ts';
import { startServerProcess } from '../../../support/server-process.ts';
import { serveClientPage } from './client-page.ts';

/**
 * Records the call that docs/protocol.md shows: run it with `node` after the protocol has changed, then `npm run docs`.
 * Ann is in the room already; what Ben's WebSocket carries is written to the fixture.
 */
const fixture = new URL('../../../../src/protocol/docs/first-call.json', import.meta.url);
const camera = { width: 640, height: 360 };

await using server = await startServerProcess();
await using site = await serveClientPage();
await using browser = await launchChromium();

const ann = await browser.openPage(site.url);
await ann.evaluate((options) => window.call.enter(options), {
  url: server.signaling,
  room: 'lobby',
  name: 'Ann',
  camera,
});
const ben = await browser.openPage(site.url);
await ben.evaluate((options) => window.call.enter(options), {
  url: server.signaling,
  room: 'lobby',
  name: 'Ben',
  camera,
});
await connected(ben);
await ann.evaluate(async () => {
  const [to] = window.call.client.participants.keys();
  await window.call.client.sendMessage({ ...(to !== undefined && { to }), type: 'chat', body: { text: 'Hello Ben!' } });
});
await ben.waitFor(() => window.call.frames.some(({ text }) => text.includes('Hello Ben')), undefined);
await ben.evaluate(async () => {
  for (const track of window.call.client.localTracks) if (track.kind === 'audio') await track.mute();
  await window.call.client.leave();
});
const frames = await ben.evaluate(() => window.call.frames);
const repetitive = /"method":"(speakers|quality|ping)"/;
const told = frames.filter(({ text }) => !repetitive.test(text));
writeFileSync(fixture, `${JSON.stringify(told, null, 2)}\n`);
console.log(`recorded ${told.length} of ${frames.length} frames`);

function connected(page: TestPage): Promise<void> {
  return page.waitFor(() => {
    const { log } = window.call;
    return ['publish connected', 'subscribe connected'].every((state) => log.includes(`mediaStateChanged ${state}`));
  }, undefined);
}

import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumPath, launchChromium, type TestBrowser } from '../support/browsers.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createTestLan, type TestLan } from '../support/test-lan.ts';
import { CallPage, everyoneSeesAndHears } from './support/call-page.ts';

let lan: TestLan;
let server: ServerProcess;
let atHome: TestBrowser;
let guest: TestBrowser;

beforeAll(async () => {
  lan = createTestLan();
  server = await startServerProcess(['--lan'], { node: lan.serverHost.wrap(process.execPath) });
  const options = { acceptInsecureCertificates: true };
  atHome = await launchChromium({ ...options, executable: lan.serverHost.wrap(chromiumPath()) });
  guest = await launchChromium({ ...options, executable: lan.guestHost.wrap(chromiumPath()) });
});

afterAll(async () => {
  await Promise.all([atHome?.close(), guest?.close()]);
  await server?.stop();
  lan?.[Symbol.dispose]();
});

it('lets a phone on the local network join over HTTPS with the printed link, and nobody without it', async () => {
  const link = new URL(server.links?.guest ?? '');
  expect(link.protocol).toBe('https:');
  expect(link.hostname).toBe(lan.serverHost.address);
  const token = link.hash.replace('#/?token=', '');
  const shared = { demo: server.demo, room: 'lan', token };
  const hostToken = new URL(server.links?.host ?? '').hash.replace('#/?token=', '');
  const host = await CallPage.join(atHome, { ...shared, token: hostToken, name: 'Ada' });
  const phone = await CallPage.join(guest, { ...shared, name: 'Bo', size: { width: 390, height: 844 } });
  await everyoneSeesAndHears([host, phone]);
  await host.waitForElement('open-moderation');
  await phone.waitForNoElement('open-moderation');
  const stranger = await CallPage.open(guest, { demo: server.demo, room: 'lan', name: 'Eve' });
  await stranger.enter();
  await stranger.page.waitFor(() => document.querySelector('[data-reason=unauthorized]') !== null, undefined);
});

import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { chromiumPath, launchChromium, type TestBrowser } from '../support/browsers.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createTestLan, type TestLan } from '../support/test-lan.ts';
import { CallPage, everyoneSeesAndHears } from './support/call-page.ts';

let lan: TestLan;
let server: ServerProcess;
let atHome: TestBrowser;
let guest: TestBrowser;
let room = '';
let tries = 0;

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

/** Is gone after the test, so that a second try begins with an empty room. */
async function open(browser: TestBrowser, options: Omit<Parameters<typeof CallPage.open>[1], 'demo' | 'room'>) {
  const person = await CallPage.open(browser, { demo: server.demo, room, ...options });
  onTestFinished(() => person.page.close());
  return person;
}

it('lets a phone on the local network join over HTTPS with the printed link, and nobody without it', async () => {
  room = `lan-${tries++}`;
  const link = new URL(server.links?.guest ?? '');
  expect(link.protocol).toBe('https:');
  expect(link.hostname).toBe(lan.serverHost.address);
  const token = link.hash.replace('#/?token=', '');
  const hostToken = new URL(server.links?.host ?? '').hash.replace('#/?token=', '');
  const host = await open(atHome, { token: hostToken, name: 'Ada' });
  const phone = await open(guest, { token, name: 'Bo', size: { width: 390, height: 844 } });
  for (const person of [host, phone]) await person.join();
  await everyoneSeesAndHears([host, phone]);
  await host.waitForElement('open-moderation');
  await phone.waitForNoElement('open-moderation');
  const stranger = await open(guest, { name: 'Eve' });
  await stranger.enter();
  await stranger.page.waitFor(() => document.querySelector('[data-reason=unauthorized]') !== null, undefined);
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTurnServer, type TurnServer } from '../../src/turn/turn-server.ts';
import { launchChromium, launchFirefox, type TestBrowser, type TestPage } from '../support/browsers.ts';
import { createTestAuthority, type TestAuthority } from '../support/certificate-authority.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { CallPage, everyoneSeesAndHears } from './support/call-page.ts';
import { framesReceived, startPeer } from './support/relay-peer.ts';

const secret = 'a-secret-that-both-servers-share';
const transports = ['udp', 'tcp', 'tls'] as const;
/**
 * Browsers refresh an allocation before it ends, so a short one shows that a refresh works. Permissions and channels they
 * refresh only after four minutes, whatever the server says: the long mode waits for that.
 */
const isLong = process.env.CROSSPOINT_LONG === '1';
const lifetimes = isLong ? {} : { allocationSeconds: 20, maxAllocationSeconds: 20 };
const stayMs = isLong ? 6 * 60_000 : 24_000;

let authority: TestAuthority;
let turn: TurnServer;
let server: ServerProcess;
const browsers = new Map<string, TestBrowser>();
const pages: TestPage[] = [];

beforeAll(async () => {
  authority = createTestAuthority();
  turn = await createTurnServer({
    listeningPort: 0,
    tlsListeningPort: 0,
    secrets: [secret],
    allowLoopbackPeers: true,
    certificate: authority.certificateFile,
    key: authority.keyFile,
    lifetimes,
  });
  server = await startServerProcess(['--turn-mode', 'external', '--turn-secrets', secret, '--turn-urls', turnUrls()]);
  browsers.set('chromium', await launchChromium({ acceptInsecureCertificates: true }));
  browsers.set('firefox', await launchFirefox({ profile: authority.createFirefoxProfile() }));
});

afterAll(async () => {
  await Promise.all([...browsers.values()].map((browser) => browser.close()));
  await server?.stop();
  await turn?.close();
  authority?.[Symbol.dispose]();
});

afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.close().catch(() => undefined)));
});

function turnUrls(): string {
  const portOf = (transport: string) => turn.addresses.find((place) => place.transport === transport)?.port;
  const plain = [`turn:127.0.0.1:${portOf('udp')}?transport=udp`, `turn:127.0.0.1:${portOf('tcp')}?transport=tcp`];
  return [...plain, `turns:localhost:${portOf('tls')}?transport=tcp`].join(',');
}

function browser(name: string): TestBrowser {
  const found = browsers.get(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

describe.each(['chromium', 'firefox'])('%s that may only use relays', (name) => {
  it.each(transports)(
    'has its call through the SFU over TURN %s, past a refresh',
    async (relay) => {
      const room = `relay-${name}-${relay}`;
      const relayed = await CallPage.join(browser(name), { demo: server.demo, room, name: 'Ada', relay });
      pages.push(relayed.page);
      const direct = await CallPage.join(browser('chromium'), { demo: server.demo, room, name: 'Bo' });
      pages.push(direct.page);
      await everyoneSeesAndHears([relayed, direct]);
      const routes = await relayed.routes();
      expect(routes.length).toBeGreaterThanOrEqual(2);
      for (const route of routes) expect(route).toEqual({ candidateType: 'relay', relayProtocol: relay });
      await delay(stayMs);
      await everyoneSeesAndHears([relayed, direct]);
      expect(turn.metrics().allocations).toBeGreaterThanOrEqual(2);
    },
    120_000 + stayMs,
  );

  it(
    'has a call with another browser, relay to relay, negotiated through the hub',
    async () => {
      const room = `peer-${name}`;
      const open = async () => {
        const page = await browser(name).openPage(server.demo);
        pages.push(page);
        return page;
      };
      const [first, second] = [await open(), await open()];
      await first.evaluate(startPeer, { signaling: server.signaling, room, offers: false });
      await second.evaluate(startPeer, { signaling: server.signaling, room, offers: true });
      for (const page of [first, second]) {
        await page.waitFor(framesReceived, 30);
      }
      await delay(stayMs);
      for (const page of [first, second]) {
        const frames = await page.evaluate(() => window.relayPeer?.frames() ?? Promise.resolve(0));
        await page.waitFor(framesReceived, frames + 10);
      }
    },
    120_000 + stayMs,
  );
});

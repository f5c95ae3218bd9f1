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
let tries = 0;

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

async function joinOver(name: string, relay: (typeof transports)[number]): Promise<CallPage> {
  const capture = { width: 320, height: 180, frameRate: 10 };
  const options = { demo: server.demo, room: `relay-${tries}`, name: relay.toUpperCase(), relay, capture };
  const person = await CallPage.open(browser(name), options);
  pages.push(person.page);
  await person.join();
  return person;
}

/** Two pages of the same browser that call each other directly, negotiated through the hub. */
async function startPeers(name: string): Promise<TestPage[]> {
  const peers: TestPage[] = [];
  for (const offers of [false, true]) {
    const page = await browser(name).openPage(server.demo);
    peers.push(page);
    pages.push(page);
    await page.evaluate(startPeer, { signaling: server.signaling, room: `peers-${tries}`, offers });
  }
  return peers;
}

async function receivesMore(page: TestPage): Promise<void> {
  const frames = await page.evaluate(() => window.relayPeer?.frames() ?? Promise.resolve(0));
  await page.waitFor(framesReceived, frames + 10);
}

describe.each(['chromium', 'firefox'])('%s that may only use relays', (name) => {
  it(
    'has its call over TURN by UDP, TCP and TLS, through the SFU and peer to peer, past a refresh',
    async () => {
      // Those of an earlier try are still in their rooms for a while.
      tries += 1;
      const people: CallPage[] = [];
      for (const transport of transports) people.push(await joinOver(name, transport));
      const peers = await startPeers(name);
      await everyoneSeesAndHears(people);
      for (const page of peers) await receivesMore(page);
      for (const [index, relayProtocol] of transports.entries()) {
        const routes = (await people[index]?.routes()) ?? [];
        expect(routes.length).toBeGreaterThanOrEqual(2);
        for (const route of routes) expect(route).toEqual({ candidateType: 'relay', relayProtocol });
      }
      await delay(stayMs);
      await everyoneSeesAndHears(people);
      for (const page of peers) await receivesMore(page);
      expect(turn.metrics().allocations).toBeGreaterThanOrEqual(8);
    },
    180_000 + stayMs,
  );
});

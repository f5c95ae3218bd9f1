import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromiumPath, launchChromium, type TestBrowser } from '../support/browsers.ts';
import type { TestHost } from '../support/namespaces.ts';
import { createRoamingLan, type RoamingLan } from '../support/roaming-lan.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { CallPage, everyoneSeesAndHears } from './support/call-page.ts';
import { PictureWatch } from './support/picture-watch.ts';

/** What people bear before they say "are you still there?". */
const maxGapMs = 10_000;
const capture = { width: 320, height: 180, frameRate: 15 };

let lan: RoamingLan;
let server: ServerProcess;
let atHome: TestBrowser;
let rooms = 0;

beforeAll(async () => {
  lan = createRoamingLan();
  const { address } = lan.serverHost;
  const listeners = ['--http-host', '--media-listen-addresses', '--turn-listening-address'];
  server = await startServerProcess(
    [...listeners.flatMap((flag) => [flag, address]), '--http-tls-self-signed', '--auth-mode', 'open'],
    { node: lan.serverHost.wrap(process.execPath) },
  );
  atHome = await launchOn(lan.serverHost);
});

afterAll(async () => {
  await atHome?.close();
  await server?.stop();
  lan?.[Symbol.dispose]();
});

function launchOn(host: TestHost): Promise<TestBrowser> {
  return launchChromium({ acceptInsecureCertificates: true, executable: host.wrap(chromiumPath()) });
}

/** The guest's own addresses on the paths that its media takes now. */
function localAddresses({ page }: CallPage): Promise<string[]> {
  return page.evaluate(async () => {
    const addresses: string[] = [];
    for (const connection of window.probe.connections) {
      const report: RTCStatsReport = await connection.getStats();
      for (const entry of report.values()) {
        if (entry.type !== 'transport') continue;
        const pair = report.get(entry.selectedCandidatePairId);
        addresses.push(String(report.get(pair?.localCandidateId)?.address));
      }
    }
    return addresses;
  });
}

describe('a call of somebody who goes from one network to another', () => {
  it.each([
    ['and is without any for two seconds', 2_000],
    ['and has the new one at once', 0],
  ])('goes on over the new one, in the same session, %s', { timeout: 120_000 }, async (_, gapMs) => {
    lan.connect('wifi');
    onTestFinished(() => {
      for (const network of ['wifi', 'mobile'] as const) lan.disconnect(network);
    });
    await using onTheWay = await launchOn(lan.guestHost);
    const shared = { demo: server.demo, room: `roam-${rooms++}`, capture };
    const ada = await CallPage.open(atHome, { ...shared, name: 'Ada' });
    onTestFinished(() => ada.page.close());
    await ada.join();
    const bo = await CallPage.join(onTheWay, { ...shared, name: 'Bo' });
    await everyoneSeesAndHears([ada, bo]);
    expect(await localAddresses(bo)).toEqual([lan.addresses.wifi, lan.addresses.wifi]);
    const before = await ada.tileOf('Bo');
    const pictures = [new PictureWatch(ada, 'Bo'), new PictureWatch(bo, 'Ada')];
    onTestFinished(() => {
      for (const picture of pictures) picture.stop();
    });

    lan.disconnect('wifi');
    await delay(gapMs);
    lan.connect('mobile');
    const { mobile } = lan.addresses;
    await expect.poll(() => localAddresses(bo), { timeout: 45_000 }).toEqual([mobile, mobile]);
    await everyoneSeesAndHears([ada, bo]);

    const gaps = pictures.map((picture) => picture.stop());
    console.log(`without a network for ${gapMs} ms: pictures back after ${gaps.join(' and ')} ms`);
    expect((await ada.tileOf('Bo'))?.participant).toBe(before?.participant);
    for (const gap of gaps) expect(gap).toBeLessThan(maxGapMs + gapMs);
  });
});

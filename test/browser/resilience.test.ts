import { kill } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UnrulyProxy } from '../support/unruly-proxy.ts';
import { useCallFixture } from './support/call-fixture.ts';
import { everyoneSeesAndHears } from './support/call-page.ts';

const fixture = useCallFixture(['--limits-resume-window-ms', '12000']);

describe('a call in which something breaks', () => {
  it('loses a participant whose tab crashes once its session has run out, and keeps the others', async () => {
    const [ada, bo, cleo] = await fixture.startCall(['chromium', 'chromium', 'firefox']);
    await everyoneSeesAndHears(fixture.people);
    await bo?.page.goto('chrome://crash').catch(() => undefined);
    await cleo?.waitForTiles('lose Bo', (tiles) => tiles.length === 2);
    await cleo?.seesAll(['Ada']);
    await ada?.seesAll(['Cleo']);
  });

  it('goes on without a reload when the media worker is killed', async () => {
    const [ada, bo] = await fixture.startCall(['chromium', 'firefox']);
    await everyoneSeesAndHears(fixture.people);
    const before = await fixture.server.workerPids();
    const killedAt = performance.now();
    for (const pid of before) kill(pid, 'SIGKILL');
    await ada?.seesAll(['Bo']);
    console.log(`picture back ${Math.round(performance.now() - killedAt)} ms after the worker was killed`);
    await everyoneSeesAndHears(fixture.people);
    const newWorkers = async () => (await fixture.server.workerPids()).filter((pid) => !before.includes(pid)).length;
    await expect.poll(newWorkers, { timeout: 10_000 }).toBe(before.length);
    await bo?.seesAll(['Ada']);
  });

  it('keeps the media running while the signaling is cut, and takes up where it was', async () => {
    await using proxy = await UnrulyProxy.start(fixture.server.signaling);
    const demo = `http://${new URL(proxy.url).host}/`;
    const [ada, bo] = await fixture.startCall(['chromium', 'chromium'], { demo });
    await everyoneSeesAndHears(fixture.people);
    proxy.refusing = true;
    proxy.cut();
    await ada?.waitForElement('reconnecting');
    await ada?.seesAll(['Bo']);
    proxy.refusing = false;
    for (const person of [ada, bo]) await person?.waitForNoElement('reconnecting');
    await bo?.press('toggle-camera');
    await ada?.waitForTiles('see that the camera is off', (tiles) =>
      tiles.some(({ name, width }) => name === 'Bo' && width === 0),
    );
    expect(await ada?.tiles()).toHaveLength(2);
  });

  it('joins the room again by itself after the session has run out', async () => {
    await using proxy = await UnrulyProxy.start(fixture.server.signaling);
    const demo = `http://${new URL(proxy.url).host}/`;
    const [ada] = await fixture.startCall(['chromium'], { demo });
    const bo = await fixture.join('chromium');
    await everyoneSeesAndHears(fixture.people);
    proxy.refusing = true;
    proxy.cut();
    await bo.waitForTiles('lose Ada', (tiles) => tiles.length === 1);
    await delay(500);
    proxy.refusing = false;
    await ada?.waitForNoElement('reconnecting');
    await everyoneSeesAndHears(fixture.people);
  });
});

import { kill } from 'node:process';
import { afterEach, expect, it } from 'vitest';
import { launchChromium, type TestBrowser } from '../support/browsers.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { CallPage, everyoneSeesAndHears } from './support/call-page.ts';

/** Long enough to see that the pictures go on, also on a busy machine. */
const drainTimeoutMs = 9_000;
const capture = { width: 320, height: 180, frameRate: 10 };

let browser: TestBrowser | undefined;
const servers: ServerProcess[] = [];

afterEach(async () => {
  await browser?.close().catch(() => undefined);
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

it('tells when the server stops, carries the call until then, and brings it back by itself', async () => {
  const first = await startServerProcess(['--shutdown-drain-timeout-ms', String(drainTimeoutMs)]);
  servers.push(first);
  browser = await launchChromium();
  const options = { demo: first.demo, room: 'drain', capture };
  const people = [
    await CallPage.join(browser, { ...options, name: 'Ada' }),
    await CallPage.join(browser, { ...options, name: 'Bo' }),
  ];
  await everyoneSeesAndHears(people);
  const stoppedAt = Date.now();
  kill(first.pid, 'SIGTERM');
  for (const person of people) {
    await person.waitForElement('draining');
    const { deadline, left } = await person.page.evaluate(() => ({
      deadline: Number(document.querySelector<HTMLElement>('[data-testid=draining]')?.dataset.deadline),
      left: document.querySelector('[data-testid=drain-left]')?.textContent,
    }));
    expect(Math.abs(deadline - stoppedAt - drainTimeoutMs)).toBeLessThan(3_000);
    expect(left).toMatch(/^0:0\d$/);
  }
  await people[0]?.seesAll(['Bo']);
  expect(await first.exited).toBe(0);
  for (const { page } of people) {
    await page.waitFor(
      () => document.querySelector('[data-testid=reconnecting][data-restarting=true]') !== null,
      undefined,
    );
  }
  servers.push(await startServerProcess(['--http-port', String(first.http.port)]));
  for (const person of people) {
    await person.waitForNoElement('reconnecting');
    await person.waitForNoElement('draining');
  }
  await everyoneSeesAndHears(people);
});

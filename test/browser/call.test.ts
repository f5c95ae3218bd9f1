import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, launchFirefox, type TestBrowser } from '../support/browsers.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { CallPage, everyoneSeesAndHears } from './support/call-page.ts';

let server: ServerProcess;
let chromium: TestBrowser;
let firefox: TestBrowser;
let people: CallPage[] = [];
let rooms = 0;

beforeAll(async () => {
  server = await startServerProcess();
  chromium = await launchChromium();
  firefox = await launchFirefox();
});

afterAll(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
  await server?.stop();
});

afterEach(async () => {
  await Promise.all(people.map(({ page }) => page.close().catch(() => undefined)));
  people = [];
});

/** Everyone joins a new room, one after the other. */
async function startCall(browsers: TestBrowser[]): Promise<CallPage[]> {
  const room = `call-${rooms++}`;
  for (const browser of browsers) await joinRoom(browser, room);
  return people;
}

async function joinRoom(browser: TestBrowser, room: string): Promise<CallPage> {
  const name = ['Ada', 'Bo', 'Cleo', 'Dan'][people.length] ?? `Guest${people.length}`;
  const person = await CallPage.join(browser, { demo: server.demo, room, name });
  people.push(person);
  return person;
}

describe('a call in the web demo', () => {
  it('lets two Chromium users see and hear each other', async () => {
    await everyoneSeesAndHears(await startCall([chromium, chromium]));
  });

  it('lets Chromium and Firefox see and hear each other', async () => {
    await everyoneSeesAndHears(await startCall([chromium, firefox]));
  });

  it('lets two Firefox users see and hear each other', async () => {
    await everyoneSeesAndHears(await startCall([firefox, firefox]));
  });

  it('shows a late comer everyone, and removes who leaves', async () => {
    const call = await startCall([chromium, firefox]);
    await everyoneSeesAndHears(call);
    const late = await joinRoom(chromium, `call-${rooms - 1}`);
    await everyoneSeesAndHears(people);
    await late.press('leave');
    for (const person of people.slice(0, 2)) {
      await person.waitForTiles('lose Cleo', (tiles) => tiles.length === 2);
    }
    expect(people).toHaveLength(3);
  });
});

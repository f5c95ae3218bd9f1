import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium, launchFirefox, type TestBrowser, type TestPage } from '../../support/browsers.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { type EnterOptions, serveClientPage } from './support/client-page.ts';

const camera = { width: 640, height: 360 };
let server: ServerProcess;
let site: Awaited<ReturnType<typeof serveClientPage>>;
let browser: TestBrowser;
let rooms = 0;

beforeAll(async () => {
  server = await startServerProcess();
  site = await serveClientPage();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
  await server?.stop();
});

async function enter(page: TestPage, options: Omit<EnterOptions, 'url'>): Promise<void> {
  await page.evaluate((wanted) => window.call.enter(wanted), { url: server.signaling, ...options });
}

/** Opens a page whose trouble is told when the test fails. */
async function openPage(name: string): Promise<TestPage> {
  const onConsole = (text: string) => process.env.CLIENT_TEST_LOG && console.log(name, text);
  const page = await browser.openPage(site.url, { onConsole });
  // Also when the test fails: what stays open costs the next one processor time.
  onTestFinished(() => page.close());
  return page;
}

async function openCall(names: string[], more: Partial<EnterOptions> = {}) {
  rooms += 1;
  const room = `media-${rooms}`;
  const pages = await Promise.all(names.map(openPage));
  for (const [index, page] of pages.entries()) await enter(page, { room, name: names[index] ?? '', camera, ...more });
  return { room, pages, close: () => Promise.all(pages.map((page) => page.close())) };
}

const seesAll = (page: TestPage, count: number) =>
  page.waitFor(async (wanted) => {
    const pictures = await window.call.pictures();
    return pictures.filter(({ frames, bright }) => frames > 20 && bright).length >= wanted;
  }, count);

const hearsAll = (page: TestPage, count: number) =>
  page.waitFor(async (wanted) => {
    const sounds = await window.call.sounds();
    return sounds.filter(({ energy }) => energy > 0.001).length >= wanted;
  }, count);

const logged = (page: TestPage, line: string) =>
  page.waitFor((wanted) => window.call.log.some((entry) => entry.includes(wanted)), line);

/** Frames of others decoded so far, all together. */
const framesSeen = (page: TestPage) =>
  page.evaluate(async () => (await window.call.pictures()).reduce((sum, { frames }) => sum + frames, 0));

const seesMore = async (page: TestPage, than: number) =>
  page.waitFor(async (before) => {
    const pictures = await window.call.pictures();
    return pictures.reduce((sum, { frames }) => sum + frames, 0) > before + 20;
  }, than);

describe('CrosspointClient in a browser', { timeout: 90_000 }, () => {
  it('lets two pages see and hear each other', async () => {
    const { pages, close } = await openCall(['Ann', 'Ben']);
    for (const page of pages) {
      await seesAll(page, 1);
      await hearsAll(page, 1);
    }
    await close();
  });

  it('mutes, unmutes, replaces, unpublishes and publishes again without growing the description', async () => {
    const { pages, close } = await openCall(['Ann', 'Ben']);
    const [ann, ben] = pages as [TestPage, TestPage];
    await seesAll(ben, 1);
    await ann.evaluate(async () => {
      for (const track of window.call.client.localTracks) await track.mute();
    });
    await logged(ben, 'trackUpdated Ann camera muted');
    await ann.evaluate(async () => {
      const [camera] = [...window.call.client.localTracks].filter(({ kind }) => kind === 'video');
      await camera?.replace(window.call.createPicture(640, 360));
      await camera?.unmute();
    });
    await logged(ben, 'trackUpdated Ann camera live');
    await seesMore(ben, await framesSeen(ben));
    await ann.evaluate(async () => {
      const { client } = window.call;
      const [camera] = [...client.localTracks].filter(({ kind }) => kind === 'video');
      await camera?.unpublish();
      await client.publish(window.call.createPicture(640, 360));
    });
    await logged(ben, 'trackUnpublished Ann camera');
    await seesAll(ben, 1);
    const stats = await ann.evaluate(() => window.call.client.getStats());
    expect(stats.tracks.filter(({ direction }) => direction === 'send')).toHaveLength(2);
    await close();
  });

  it('keeps media flowing while the socket is cut, and tells the missed events afterwards', async () => {
    const { pages, close } = await openCall(['Ann', 'Ben']);
    const [ann, ben] = pages as [TestPage, TestPage];
    await seesAll(ben, 1);
    await ben.evaluate(() => window.call.cutSocket());
    await logged(ben, 'stateChanged reconnecting');
    await ann.evaluate(async () => {
      for (const track of window.call.client.localTracks) if (track.kind === 'audio') await track.mute();
    });
    await ben.waitFor(() => window.call.client.state.status === 'joined', undefined);
    await logged(ben, 'trackUpdated Ann microphone muted');
    await seesMore(ben, await framesSeen(ben));
    const log = await ben.evaluate(() => window.call.log);
    expect(log.filter((entry) => entry.startsWith('trackUnsubscribed'))).toEqual([]);
    await close();
  });

  it('restarts ICE on both connections without losing media', async () => {
    const { pages, close } = await openCall(['Ann', 'Ben']);
    const [ann, ben] = pages as [TestPage, TestPage];
    await seesAll(ann, 1);
    await seesAll(ben, 1);
    await ben.evaluate(() => void window.call.remoteUserFragments());
    await ben.evaluate(() => void window.dispatchEvent(new Event('online')));
    await ben.waitFor(() => window.call.remoteUserFragments().length === 2, undefined);
    await seesMore(ben, await framesSeen(ben));
    await seesMore(ann, await framesSeen(ann));
    await close();
  });

  it('goes on after a media worker was killed', async () => {
    const { pages, close } = await openCall(['Ann', 'Ben']);
    const [ann, ben] = pages as [TestPage, TestPage];
    await seesAll(ann, 1);
    await seesAll(ben, 1);
    for (const pid of await server.workerPids()) process.kill(pid, 'SIGKILL');
    for (const page of pages) await logged(page, 'trackUnpublished');
    for (const page of pages) await seesAll(page, 1);
    for (const page of pages) await hearsAll(page, 1);
    const ended = await ann.evaluate(() =>
      window.call.log.filter((entry) => entry.startsWith('localTrackUnpublished')),
    );
    expect(ended).toEqual([]);
    await close();
  });

  it('reaches the server through TURN alone, although the first offer leaves before the credentials are known', async () => {
    const { pages, close } = await openCall(['Ann', 'Ben'], { iceTransportPolicy: 'relay' });
    for (const page of pages) await seesAll(page, 1);
    const stats = await pages[0]?.evaluate(() => window.call.client.getStats());
    expect(stats?.connections.map(({ candidateType }) => candidateType)).toEqual(['relay', 'relay']);
    await close();
  });

  it('receives nothing on its own wish until a track is subscribed, and what it asked for then', async () => {
    const { room, pages, close } = await openCall(['Ann']);
    const ben = await openPage('Ben');
    await enter(ben, { room, name: 'Ben', subscribe: 'manual' });
    await ben.evaluate(async () => {
      const tracks = [...window.call.client.participants.values()].flatMap(({ tracks }) => [...tracks.values()]);
      const camera = tracks.find(({ source }) => source === 'camera');
      if (camera) await window.call.client.subscribe(camera.id, { width: 320, height: 180 });
    });
    await seesAll(ben, 1);
    expect(await ben.evaluate(() => window.call.log.filter((entry) => entry.startsWith('trackSubscribed')))).toEqual([
      'trackSubscribed Ann camera',
    ]);
    await ben.waitFor(async () => (await window.call.pictures())[0]?.width === 320, undefined);
    await ben.close();
    await pages[0]?.evaluate(() => window.call.client.leave());
    await close();
  });
});

describe('CrosspointClient in Firefox', { timeout: 90_000 }, () => {
  it('calls Chromium, goes through mute, ICE restart, unpublishing and publishing again', async () => {
    const firefox = await launchFirefox();
    try {
      const page = await firefox.openPage(site.url);
      const { room, pages, close } = await openCall(['Ann']);
      const [ann] = pages as [TestPage];
      await enter(page, { room, name: 'Fox', camera });
      await seesAll(ann, 1);
      await hearsAll(ann, 1);
      await seesAll(page, 1);
      await hearsAll(page, 1);
      await page.evaluate(async () => {
        for (const track of window.call.client.localTracks) await track.mute();
      });
      await logged(ann, 'trackUpdated Fox camera muted');
      await page.evaluate(async () => {
        for (const track of window.call.client.localTracks) await track.unmute();
      });
      await seesMore(ann, await framesSeen(ann));
      await page.evaluate(() => void window.dispatchEvent(new Event('online')));
      await seesMore(ann, await framesSeen(ann));
      await seesMore(page, await framesSeen(page));
      await page.evaluate(async () => {
        const { client } = window.call;
        const [track] = [...client.localTracks].filter(({ kind }) => kind === 'video');
        await track?.unpublish();
        await client.publish(window.call.createPicture(640, 360));
      });
      await logged(ann, 'trackUnpublished Fox camera');
      await seesAll(ann, 1);
      const { tracks, connections } = await page.evaluate(() => window.call.client.getStats());
      expect(tracks.map(({ direction, kind }) => `${direction} ${kind}`).toSorted()).toEqual([
        'receive audio',
        'receive video',
        'send audio',
        'send video',
      ]);
      expect(connections.map(({ candidateType }) => typeof candidateType)).toEqual(['string', 'string']);
      await close();
    } finally {
      await firefox.close();
    }
  });
});

describe('CrosspointClient across a restart of the server', { timeout: 90_000 }, () => {
  it('joins anew, publishes again and tells only what changed', async () => {
    const port = new URL(server.signaling).port;
    const { pages, close } = await openCall(['Ann', 'Ben']);
    const [ann, ben] = pages as [TestPage, TestPage];
    await seesAll(ben, 1);
    await server.kill();
    server = await startServerProcess(['--http-port', port]);
    for (const page of pages) await page.waitFor(() => window.call.client.state.status === 'joined', undefined);
    for (const page of pages) await page.waitFor(() => window.call.client.participants.size === 1, undefined);
    await seesAll(ann, 1);
    await seesAll(ben, 1);
    await hearsAll(ben, 1);
    expect(await ben.evaluate(() => [...window.call.client.localTracks].every(({ id }) => id !== undefined))).toBe(
      true,
    );
    await close();
  });
});

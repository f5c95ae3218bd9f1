import { describe, expect, it } from 'vitest';
import { useCallFixture } from './support/call-fixture.ts';

const fixture = useCallFixture();

async function startPair(browsers: ('chromium' | 'firefox')[] = ['chromium', 'chromium'], options = {}) {
  const [ada, bo] = await fixture.startCall(browsers, options);
  if (!ada || !bo) throw new Error('nobody joined');
  await bo.seesAll(['Ada']);
  return { ada, bo };
}

/** Holds several beeps of the fake microphone. */
const listenMs = 2_000;

describe('controls of a call', () => {
  it('stops the picture when the camera is switched off, and shows it again', async () => {
    const { ada, bo } = await startPair(['chromium', 'firefox']);
    await ada.press('toggle-camera');
    await bo.waitForTiles('lose the picture', (tiles) => tiles.some((tile) => tile.name === 'Ada' && tile.width === 0));
    await ada.press('toggle-camera');
    await bo.seesAll(['Ada']);
  });

  it('sends no sound while the microphone is muted, and shows who is', async () => {
    const { ada, bo } = await startPair();
    await bo.hears(1);
    const speaking = await bo.energyDuring(listenMs);
    await ada.press('toggle-microphone');
    await bo.waitForTiles('see that Ada is muted', (tiles) =>
      tiles.some(({ name, isMuted }) => name === 'Ada' && isMuted),
    );
    // What was on its way is still heard, and then what the decoder makes up for a moment.
    await expect.poll(() => bo.energyDuring(listenMs), { timeout: 20_000 }).toBeLessThan(speaking / 100);
    expect(await bo.voices()).toHaveLength(1);
    await ada.press('toggle-microphone');
    await bo.hears(1);
  });

  it('shares the screen beside the camera, and takes it back', async () => {
    const { ada, bo } = await startPair();
    await ada.press('toggle-screen');
    await bo.seesAll(['Ada'], 'screen');
    await bo.seesAll(['Ada'], 'camera');
    await ada.press('toggle-screen');
    await bo.waitForTiles('lose the screen', (tiles) => tiles.every(({ source }) => source === 'camera'));
  });

  it('receives the simulcast layer that fits the size of the tile', async () => {
    const capture = { width: 1280, height: 720, frameRate: 15 };
    const { bo } = await startPair(['chromium', 'chromium'], { capture, size: { width: 1280, height: 800 } });
    const widthOfAda = (width: number) => (tiles: { name: string; width: number }[]) =>
      tiles.some((tile) => tile.name === 'Ada' && tile.width === width);
    await bo.waitForTiles('get the large picture', widthOfAda(1280));
    await bo.page.setSize(400, 320);
    await bo.waitForTiles('get a smaller picture', (tiles) =>
      tiles.some((tile) => tile.name === 'Ada' && tile.width > 0 && tile.width < 1280),
    );
    await bo.page.setSize(1280, 800);
    await bo.waitForTiles('get the large picture again', widthOfAda(1280));
  });

  it('carries a chat message and counts what has not been read', async () => {
    const { ada, bo } = await startPair();
    await ada.press('toggle-chat');
    await ada.waitForElement('chat-input');
    await ada.page.evaluate(() => {
      const input = document.querySelector<HTMLTextAreaElement>('[data-testid=chat-input]');
      if (!input) throw new Error('no chat input');
      input.value = 'Hello <b>Bo</b>';
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.form?.requestSubmit();
    });
    await bo.page.waitFor(() => document.title.startsWith('(1)'), undefined);
    await bo.press('toggle-chat');
    await bo.waitForElement('chat-message');
    const text = await bo.page.evaluate(() => document.querySelector('[data-testid=chat-message]')?.textContent ?? '');
    expect(text).toContain('Hello <b>Bo</b>');
    await bo.page.waitFor(() => !document.title.startsWith('('), undefined);
  });
});

import { describe, expect, it } from 'vitest';
import { useCallFixture } from './support/call-fixture.ts';
import { everyoneSeesAndHears } from './support/call-page.ts';

const fixture = useCallFixture();

describe('a call in the web demo', () => {
  it('lets two Chromium users see and hear each other', async () => {
    await everyoneSeesAndHears(await fixture.startCall(['chromium', 'chromium']));
  });

  it('lets Chromium and Firefox see and hear each other', async () => {
    await everyoneSeesAndHears(await fixture.startCall(['chromium', 'firefox']));
  });

  it('lets two Firefox users see and hear each other', async () => {
    await everyoneSeesAndHears(await fixture.startCall(['firefox', 'firefox']));
  });

  it('shows a late comer everyone, and takes away who leaves', async () => {
    const [ada, bo] = await fixture.startCall(['chromium', 'firefox']);
    await everyoneSeesAndHears(fixture.people);
    const late = await fixture.join('chromium');
    await everyoneSeesAndHears(fixture.people);
    await late.press('leave');
    for (const person of [ada, bo]) await person?.waitForTiles('lose Cleo', (tiles) => tiles.length === 2);
    await ada?.seesAll(['Bo']);
  });

  it('carries five people at a time', async () => {
    const capture = { width: 320, height: 180, frameRate: 10 };
    const browsers = ['chromium', 'chromium', 'chromium', 'firefox', 'firefox'] as const;
    await everyoneSeesAndHears(await fixture.startCall([...browsers], { capture }));
    expect(await fixture.people[0]?.tiles()).toHaveLength(5);
  });
});

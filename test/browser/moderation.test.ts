import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CallPage } from './support/call-page.ts';
import { endingOf, pressInRow, useLockedCall } from './support/locked-call.ts';

const call = useLockedCall();
/** Holds several beeps of the fake microphone. */
const listenMs = 2_000;

async function startPair(): Promise<{ moderator: CallPage; bo: CallPage }> {
  const moderator = await call.moderator('Mo');
  const bo = await call.join('Bo');
  await moderator.seesAll(['Bo']);
  return { moderator, bo };
}

/** Through the list of participants, as a moderator would. */
async function moderate(moderator: CallPage, name: string, action: string): Promise<void> {
  await pressInRow(moderator, 'roster-row', name, 'roster-more');
  await moderator.press(action);
}

const waitForNotice = ({ page }: CallPage, text: string) =>
  page.waitFor(
    (wanted) => document.querySelector('[data-testid=notices]')?.textContent.includes(wanted) === true,
    text,
  );

const numberOfSockets = ({ page }: CallPage) => page.evaluate(() => window.probe.sockets.length);

beforeEach(() => call.newRoom());

describe('moderation in the web demo', () => {
  it('mutes microphone and camera of somebody, who is told and turns them on again', async () => {
    const { moderator, bo } = await startPair();
    await moderator.press('toggle-participants');
    await moderator.hears(1);
    const speaking = await moderator.energyDuring(listenMs);
    await moderate(moderator, 'Bo', 'mute-microphone');
    await waitForNotice(bo, 'A moderator muted your microphone');
    await moderator.waitForTiles('see Bo muted', (tiles) =>
      tiles.some(({ name, isMuted }) => name === 'Bo' && isMuted),
    );
    await bo.waitForTiles('see itself muted', (tiles) => tiles.some(({ isSelf, isMuted }) => isSelf && isMuted));
    await expect.poll(() => moderator.energyDuring(listenMs), { timeout: 20_000 }).toBeLessThan(speaking / 100);
    await bo.press('toggle-microphone');
    await moderator.hears(1);
    await moderate(moderator, 'Bo', 'mute-camera');
    await waitForNotice(bo, 'turned your camera off');
    await moderator.waitForTiles('lose the picture', (tiles) =>
      tiles.some(({ name, width }) => name === 'Bo' && width === 0),
    );
    await bo.press('toggle-camera');
    await moderator.seesAll(['Bo']);
    for (const control of ['open-moderation', 'tile-more', 'roster-more']) await bo.waitForNoElement(control);
  });

  it('removes somebody, who may come back, and keeps out who is banned; neither is caught in a loop', async () => {
    const { moderator, bo } = await startPair();
    await moderator.press('toggle-participants');
    await moderate(moderator, 'Bo', 'remove');
    await moderator.press('confirm-yes');
    expect(await endingOf(bo)).toEqual({ code: 'removed', kind: 'Removed', canRejoin: false });
    const sockets = await numberOfSockets(bo);
    await moderator.waitForTiles('lose Bo', (tiles) => tiles.length === 1);
    await delay(1_500);
    expect(await numberOfSockets(bo)).toBe(sockets);
    await bo.press('back-to-lobby');
    await bo.press('join');
    await bo.waitForElement('call');
    await moderate(moderator, 'Bo', 'ban');
    await moderator.press('confirm-yes');
    expect((await endingOf(bo)).kind).toBe('Removed');
    await bo.press('back-to-lobby');
    await bo.press('join');
    expect(await endingOf(bo)).toEqual({ code: 'banned', kind: 'Banned', canRejoin: false });
  });

  it('locks the room, shows who stands before it the way back, and ends the call for all', async () => {
    const { moderator, bo } = await startPair();
    await moderator.press('open-moderation');
    await moderator.press('lock-room');
    await bo.waitForElement('locked');
    const cleo = await call.knock('Cleo', await call.token('Cleo'));
    expect(await endingOf(cleo)).toEqual({ code: 'roomLocked', kind: 'Locked', canRejoin: true });
    await moderator.press('lock-room');
    await bo.waitForNoElement('locked');
    await cleo.press('rejoin');
    await cleo.waitForElement('call');
    await moderator.press('end-for-all');
    await moderator.press('confirm-no');
    await moderator.waitForNoElement('confirm');
    await moderator.press('open-moderation');
    await moderator.press('end-for-all');
    await moderator.press('confirm-yes');
    for (const person of [moderator, bo, cleo]) {
      expect(await endingOf(person)).toEqual({ code: 'roomClosed', kind: 'Closed', canRejoin: false });
    }
  });
});

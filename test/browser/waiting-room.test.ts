import { beforeEach, describe, expect, it } from 'vitest';
import { type CallPage, everyoneSeesAndHears } from './support/call-page.ts';
import { endingOf, pressInRow, useLockedCall } from './support/locked-call.ts';

const call = useLockedCall();

/** Somebody who may moderate is in the call and has turned the waiting room on. */
async function startWithWaitingRoom(): Promise<CallPage> {
  const moderator = await call.moderator('Mo');
  await moderator.press('open-moderation');
  await moderator.press('waiting-room');
  await moderator.page.waitFor(
    () => document.querySelector('[data-testid=waiting-room]')?.getAttribute('aria-checked') === 'true',
    undefined,
  );
  await moderator.page.evaluate(() => document.querySelector('dialog')?.close());
  return moderator;
}

async function comeToDoor(name: string): Promise<CallPage> {
  const person = await call.knock(name, await call.token(name));
  await person.waitForElement('waiting');
  return person;
}

beforeEach(() => call.newRoom());

describe('the waiting room in the web demo', () => {
  it('shows newcomers their own picture until they are let in, without a reload', async () => {
    const moderator = await startWithWaitingRoom();
    const bo = await comeToDoor('Bo');
    await bo.page.waitFor(
      () => (document.querySelector<HTMLVideoElement>('[data-testid=waiting] video')?.videoWidth ?? 0) > 0,
      undefined,
    );
    await moderator.waitForElement('knock-admit');
    const told = await moderator.page.evaluate(
      () => document.querySelector('[role=status][data-testid=knocks]')?.textContent,
    );
    expect(told).toContain('Bo');
    expect(await moderator.page.evaluate(() => document.title)).toMatch(/^\(1\)/);
    await moderator.press('knock-admit');
    await bo.waitForElement('call');
    await moderator.waitForNoElement('knock-admit');
    await everyoneSeesAndHears([moderator, bo]);
  });

  it('lists who waits, lets some in, turns others away and lets people go away by themselves', async () => {
    const moderator = await startWithWaitingRoom();
    const bo = await comeToDoor('Bo');
    const cleo = await comeToDoor('Cleo');
    const dan = await comeToDoor('Dan');
    await moderator.press('knock-show');
    await pressInRow(moderator, 'waiting-row', 'Cleo', 'turn-away');
    expect(await endingOf(cleo)).toEqual({ code: 'removed', kind: 'TurnedAway', canRejoin: false });
    await dan.press('stop-waiting');
    await dan.waitForElement('lobby');
    await moderator.page.waitFor(() => document.querySelectorAll('[data-testid=waiting-row]').length === 1, undefined);
    await dan.press('join');
    await dan.waitForElement('waiting');
    await moderator.press('admit-all');
    for (const person of [bo, dan]) await person.waitForElement('call');
    await moderator.waitForNoElement('waiting-list');
    expect(await bo.page.evaluate(() => document.querySelector('[data-testid=open-moderation]'))).toBeNull();
  });
});

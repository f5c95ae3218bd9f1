import { beforeEach, describe, expect, it } from 'vitest';
import type { CallPage } from './support/call-page.ts';
import { endingOf, useLockedCall } from './support/locked-call.ts';

const call = useLockedCall();

/** As pasting another link into the same tab does. */
const openLink = ({ page }: CallPage, room: string, token: string) =>
  page.evaluate((link) => {
    location.hash = link;
  }, `#/${room}?token=${token}`);

beforeEach(() => call.newRoom());

describe('access tokens in links of the web demo', () => {
  it('says what is wrong with a link, and takes a better one in the same tab', async () => {
    const bo = await call.knock('Bo');
    const endings = [(await endingOf(bo)).kind];
    const wrong = [
      await call.token('Bo', { ttlSeconds: -60 }),
      await call.token('Bo', { room: 'elsewhere' }),
      `${(await call.token('Bo')).slice(0, -4)}AAAA`,
    ];
    for (const token of wrong) {
      await openLink(bo, call.fixture.room, token);
      await bo.press('join');
      endings.push((await endingOf(bo)).kind);
    }
    expect(endings).toEqual(['Unauthorized', 'TokenExpired', 'TokenOtherRoom', 'TokenInvalid']);
    await openLink(bo, call.fixture.room, await call.token('Bo'));
    await bo.press('join');
    await bo.waitForElement('call');
  });

  it('takes a personal token out of the address and keeps it over a reload, and gives it to nobody else', async () => {
    const token = await call.token('Bo', { name: 'Bo of the token' });
    const bo = await call.open('Ignored', token);
    await bo.waitForElement('join');
    expect(await bo.page.evaluate(() => location.href)).not.toContain('token');
    await bo.page.reload();
    await bo.enter();
    await bo.waitForElement('call');
    const { invite, label } = await bo.page.evaluate(() => ({
      invite: document.querySelector<HTMLInputElement>('[data-testid=invite-link]')?.value ?? '',
      label: document.querySelector('[data-testid=tile]')?.getAttribute('aria-label'),
    }));
    expect(invite).toContain(call.fixture.room);
    expect(invite).not.toContain('token');
    expect(label).toContain('Bo of the token');
  });

  it('ends the call of somebody whose token has expired, and not of who opened a newer link in time', async () => {
    // Enough to come in with on a busy machine.
    const ttlSeconds = 15;
    const cleo = await call.join('Cleo', { ttlSeconds });
    await cleo.waitForElement('access-end');
    await openLink(cleo, call.fixture.room, await call.token('Cleo', { ttlSeconds: 3600 }));
    await cleo.waitForNoElement('access-end');
    const bo = await call.join('Bo', { ttlSeconds });
    await bo.waitForElement('access-end');
    expect(await endingOf(bo)).toEqual({ code: 'tokenExpired', kind: 'TokenExpired', canRejoin: false });
    await cleo.waitForTiles('lose Bo', (tiles) => tiles.length === 1);
    expect(await cleo.page.evaluate(() => document.querySelector('[data-testid=call]') !== null)).toBe(true);
  });
});

import type { TokenRequest } from '../../../src/signaling/auth/create-token.ts';
import { keyOfLockedDoor, tokenOf } from '../../support/locked-door.ts';
import { type CallFixture, useCallFixture } from './call-fixture.ts';
import type { CallPage } from './call-page.ts';

/** Doors are about who is there, not about the picture. */
const capture = { width: 320, height: 180, frameRate: 10 };
let rooms = 0;

/** A server that asks for tokens, and people who have theirs. */
export class LockedCall {
  readonly fixture: CallFixture;

  constructor(fixture: CallFixture) {
    this.fixture = fixture;
  }

  /** A room of the test's own. */
  newRoom(): void {
    this.fixture.room = `locked-${rooms++}`;
  }

  token(name: string, options: Partial<TokenRequest> = {}): Promise<string> {
    return tokenOf(name.toLowerCase(), { room: '*', ...options });
  }

  moderator(name: string): Promise<CallPage> {
    return this.join(name, { grants: { moderate: true } });
  }

  /** Comes to the door and is let in. */
  async join(name: string, options: Partial<TokenRequest> = {}): Promise<CallPage> {
    const person = await this.knock(name, await this.token(name, options));
    await person.waitForElement('call');
    return person;
  }

  /** Comes to the door; what happens there is up to the test. */
  async knock(name: string, token?: string): Promise<CallPage> {
    const person = await this.open(name, token);
    await person.enter();
    return person;
  }

  /** Opens the lobby with the link. */
  open(name: string, token?: string): Promise<CallPage> {
    return this.fixture.open('chromium', { name, capture, ...(token && { token }) });
  }
}

/** Registers the life of the server and the browser with the test file. */
export function useLockedCall(): LockedCall {
  const flags = ['--auth-api-keys', keyOfLockedDoor, '--auth-clock-tolerance-seconds', '0'];
  return new LockedCall(useCallFixture(flags));
}

/** Waits for the page that says why somebody is out, and says which of them it is. */
export async function endingOf({ page }: CallPage): Promise<{ code: string; kind: string; canRejoin: boolean }> {
  await page.waitFor(() => document.querySelector('[data-testid=ended]') !== null, undefined);
  return page.evaluate(() => {
    const { reason = '', kind = '' } = document.querySelector<HTMLElement>('[data-testid=ended]')?.dataset ?? {};
    return { code: reason, kind, canRejoin: document.querySelector('[data-testid=rejoin]') !== null };
  });
}

/** Presses a button in the row that belongs to somebody of that name. */
export async function pressInRow({ page }: CallPage, row: string, name: string, testId: string): Promise<void> {
  const where = { row, name, testId };
  await page.waitFor((wanted) => {
    const rows = [...document.querySelectorAll<HTMLElement>(`[data-testid=${wanted.row}]`)];
    const found = rows.find(({ textContent }) => textContent.includes(wanted.name));
    return Boolean(found?.querySelector(`[data-testid=${wanted.testId}]`));
  }, where);
  await page.evaluate((wanted) => {
    const rows = [...document.querySelectorAll<HTMLElement>(`[data-testid=${wanted.row}]`)];
    const found = rows.find(({ textContent }) => textContent.includes(wanted.name));
    found?.querySelector<HTMLElement>(`[data-testid=${wanted.testId}]`)?.click();
  }, where);
}

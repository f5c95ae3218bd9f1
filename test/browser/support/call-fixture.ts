import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchChromium, launchFirefox, type TestBrowser } from '../../support/browsers.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { CallPage } from './call-page.ts';

type BrowserName = TestBrowser['name'];
type JoinOptions = Partial<Parameters<typeof CallPage.open>[1]>;
type OpenOptions = JoinOptions & { name: string };

const launchers = { chromium: launchChromium, firefox: launchFirefox };
const names = ['Ada', 'Bo', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hana'];
let rooms = 0;

/** A server, browsers that are started when first needed, and the people in the call of the running test. */
export class CallFixture {
  readonly people: CallPage[] = [];
  room = '';
  #server: ServerProcess | undefined;
  readonly #browsers = new Map<BrowserName, Promise<TestBrowser>>();

  get server(): ServerProcess {
    if (!this.#server) throw new Error('The server has not been started.');
    return this.#server;
  }

  async start(flags: string[]): Promise<void> {
    this.#server = await startServerProcess(flags);
  }

  browser(name: BrowserName): Promise<TestBrowser> {
    const browser = this.#browsers.get(name) ?? launchers[name]();
    this.#browsers.set(name, browser);
    // One that did not start is started anew by the next test, or by this one's second try.
    browser.catch(() => this.#browsers.delete(name));
    return browser;
  }

  /** Everyone joins a new room, one after the other. */
  async startCall(browsers: BrowserName[], options: JoinOptions = {}): Promise<CallPage[]> {
    this.room = `call-${rooms++}`;
    for (const name of browsers) await this.join(name, options);
    return this.people;
  }

  /** One more person joins the room of the test. */
  async join(browserName: BrowserName, options: JoinOptions = {}): Promise<CallPage> {
    const name = names[this.people.length] ?? `Guest${this.people.length}`;
    const person = await this.open(browserName, { name, ...options });
    await person.join();
    return person;
  }

  /** Somebody opens the lobby of the test's room. The page is closed after the test, however far it came. */
  async open(browserName: BrowserName, options: OpenOptions): Promise<CallPage> {
    const browser = await this.browser(browserName);
    const person = await CallPage.open(browser, { demo: this.server.demo, room: this.room, ...options });
    this.people.push(person);
    return person;
  }

  async endCall(): Promise<void> {
    await Promise.all(this.people.splice(0).map(({ page }) => page.close().catch(() => undefined)));
  }

  async close(): Promise<void> {
    try {
      const browsers = await Promise.all(this.#browsers.values());
      await Promise.all(browsers.map((browser) => browser.close()));
    } finally {
      await this.#server?.stop();
    }
  }
}

/** Registers the fixture's life with the test file: one server and its browsers a file, an empty room a test. */
export function useCallFixture(flags: string[] = []): CallFixture {
  const fixture = new CallFixture();
  beforeAll(() => fixture.start(flags));
  afterEach(() => fixture.endCall());
  afterAll(() => fixture.close());
  return fixture;
}

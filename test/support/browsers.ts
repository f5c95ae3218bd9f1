import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

/**
 * Chromium (through playwright-core) and Firefox (through puppeteer-core and WebDriver BiDi) behind one small interface,
 * both headless, with a fake camera and microphone. A page that captures media has to be a secure context: open an
 * `http://127.0.0.1` or `https:` address, not `about:blank`. Chromium reaches media on 127.0.0.1; Firefox 153 does not,
 * whatever its loopback preference says, so media servers have to announce another address of the machine to it.
 */
export interface TestBrowser extends AsyncDisposable {
  readonly name: 'chromium' | 'firefox';
  /** As the browser itself tells it, for instance `156.0.8078.79`. */
  readonly version: string;
  /** Opens a page in a profile of its own: pages share no storage, as the browsers of different people do not. */
  openPage(url: string, options?: PageOptions): Promise<TestPage>;
  /** Ends the browser and its profile; a second call does nothing. */
  close(): Promise<void>;
}

interface PageOptions {
  width?: number;
  height?: number;
  /** Source text that runs in the page before any script of its own. */
  initScript?: string;
  /** Receives each console message and uncaught exception of the page, as text. */
  onConsole?: (text: string) => void;
}

export interface TestPage {
  /** Runs `pageFunction` in the page. It is sent as source text, so it must use nothing from around it except `argument`. */
  evaluate<Result>(pageFunction: () => Result | Promise<Result>): Promise<Result>;
  evaluate<Argument, Result>(
    pageFunction: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  /** Resolves when `predicate` becomes true in the page, which is asked every 100 ms; rejects after the timeout. */
  waitFor<Argument>(
    predicate: (argument: Argument) => boolean | Promise<boolean>,
    argument: Argument,
    timeoutMs?: number,
  ): Promise<void>;
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  setSize(width: number, height: number): Promise<void>;
  screenshot(path: `${string}.png`): Promise<void>;
  /** Closes the tab without letting the page say goodbye (no `beforeunload`), and forgets its profile. */
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** For servers with a self-signed certificate, TURN over TLS in Chromium included. */
  acceptInsecureCertificates?: boolean;
  /** Chromium only: what to start in its place, for instance a script that starts it on another host. */
  executable?: string;
  /** Firefox only: a profile folder prepared beforehand, for instance with a certificate authority in it. */
  profile?: string;
}

const defaultSize = { width: 1280, height: 720 };
const launchTimeoutMs = 60_000;
const waitTimeoutMs = 30_000;

const chromiumPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const firefoxPaths = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

const chromiumArguments = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--auto-select-desktop-capture-source=Entire screen',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  // A test's pages are never in front, and must not be slowed down for it.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

const firefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // A test's pages are never in front, and their timers must not be slowed down for it.
  'dom.min_background_timeout_value': 4,
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
};

export function chromiumPath(): string {
  return firstExisting(chromiumPaths, 'Chromium');
}

/** Starts a headless Chromium of the system. */
export async function launchChromium(options: LaunchOptions = {}): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: options.executable ?? chromiumPath(),
    args: [...chromiumArguments, ...(options.acceptInsecureCertificates ? ['--ignore-certificate-errors'] : [])],
    ignoreDefaultArgs: ['--headless', '--mute-audio'],
    timeout: launchTimeoutMs,
  });
  const profile = {
    ignoreHTTPSErrors: options.acceptInsecureCertificates ?? false,
    permissions: ['camera', 'microphone'],
  };
  const openPage: TestBrowser['openPage'] = async (url, pageOptions = {}) => {
    const context = await browser.newContext({ ...profile, viewport: sizeOf(pageOptions) });
    const page = await context.newPage();
    const { onConsole } = pageOptions;
    if (onConsole) {
      page.on('console', (message) => onConsole(message.text()));
      page.on('pageerror', (error) => onConsole(String(error)));
    }
    if (pageOptions.initScript) await page.addInitScript({ content: pageOptions.initScript });
    await page.goto(url);
    const setSize = (size: Size) => page.setViewportSize(size);
    return new DrivenPage(page, { setSize, close: () => context.close() });
  };
  return testBrowser('chromium', browser.version(), openPage, () => browser.close());
}

/** Starts a headless Firefox of the system. It has no H264 without its plugin. */
export async function launchFirefox(options: LaunchOptions = {}): Promise<TestBrowser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: firstExisting(firefoxPaths, 'Firefox'),
    headless: true,
    extraPrefsFirefox: firefoxPreferences,
    acceptInsecureCerts: options.acceptInsecureCertificates ?? false,
    ...(options.profile === undefined ? {} : { userDataDir: options.profile }),
    timeout: launchTimeoutMs,
  });
  const openPage: TestBrowser['openPage'] = async (url, pageOptions = {}) => {
    // In a window of its own, because a tab behind another counts as hidden, and pages save work then.
    const context = await browser.createBrowserContext();
    const page = await context.newPage({ type: 'window' });
    page.setDefaultTimeout(launchTimeoutMs);
    await page.setViewport(sizeOf(pageOptions));
    const { onConsole } = pageOptions;
    if (onConsole) {
      page.on('console', (message) => onConsole(message.text()));
      page.on('pageerror', (error) => onConsole(String(error)));
    }
    if (pageOptions.initScript) await page.evaluateOnNewDocument(pageOptions.initScript);
    await page.goto(url);
    const setSize = (size: Size) => page.setViewport(size);
    return new DrivenPage(page, { setSize, close: () => context.close() });
  };
  const version = (await browser.version()).replace(/^firefox\//i, '');
  return testBrowser('firefox', version, openPage, () => browser.close());
}

interface Size {
  width: number;
  height: number;
}

/** What both drivers' pages have in common. */
interface DriverPage {
  evaluate(expression: string): Promise<unknown>;
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  screenshot(options: { path: `${string}.png` }): Promise<unknown>;
}

/** What they do each in its own way. */
interface PageActions {
  setSize(size: Size): Promise<void>;
  close(): Promise<void>;
}

class DrivenPage implements TestPage {
  readonly #page: DriverPage;
  readonly #actions: PageActions;

  constructor(page: DriverPage, actions: PageActions) {
    this.#page = page;
    this.#actions = actions;
  }

  async evaluate<Argument, Result>(
    pageFunction: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> {
    return (await this.#page.evaluate(callExpression(pageFunction, argument))) as Result;
  }

  async waitFor<Argument>(
    predicate: (argument: Argument) => boolean | Promise<boolean>,
    argument: Argument,
    timeoutMs = waitTimeoutMs,
  ) {
    await this.#page.evaluate(pollExpression(predicate, argument, timeoutMs));
  }

  async goto(url: string) {
    await this.#page.goto(url);
  }

  async reload() {
    await this.#page.reload();
  }

  async setSize(width: number, height: number) {
    await this.#actions.setSize({ width, height });
  }

  async screenshot(path: `${string}.png`) {
    await this.#page.screenshot({ path });
  }

  async close() {
    await this.#actions.close();
  }
}

function testBrowser(
  name: TestBrowser['name'],
  version: string,
  openPage: TestBrowser['openPage'],
  end: () => Promise<void>,
): TestBrowser {
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= end();
    return closing;
  };
  return { name, version, openPage, close, [Symbol.asyncDispose]: close };
}

function sizeOf(options: PageOptions): Size {
  return { width: options.width ?? defaultSize.width, height: options.height ?? defaultSize.height };
}

function firstExisting(paths: string[], what: string): string {
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`${what} is not installed: looked for ${paths.join(', ')}`);
  return found;
}

/** Both drivers take source text, which keeps the two evaluations alike. */
function callExpression(pageFunction: (argument: never) => unknown, argument: unknown): string {
  return `(${pageFunction.toString()})(${JSON.stringify(argument) ?? 'undefined'})`;
}

function pollExpression<Argument>(
  predicate: (argument: Argument) => boolean | Promise<boolean>,
  argument: Argument,
  timeoutMs: number,
): string {
  return `(async () => {
    const end = performance.now() + ${timeoutMs};
    while (!(await ${callExpression(predicate, argument)})) {
      if (performance.now() > end) throw new Error('Condition not met within ${timeoutMs} ms: ' + ${JSON.stringify(predicate.toString())});
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })()`;
}

import { setTimeout as delay } from 'node:timers/promises';
import type { TestBrowser, TestPage } from '../../support/browsers.ts';
import { type ProbeOptions, pageProbe, type TileSample } from './page-probe.ts';

/** Small enough that four pages in a full mesh fit on two cores, large enough for two simulcast layers. */
const smallCapture = { width: 640, height: 360, frameRate: 15 };
const pollMs = 250;
const callTimeoutMs = 45_000;
/**
 * What somebody must say to be heard (webrtc-stats' totalAudioEnergy). The fake microphones bring ten to two hundred times
 * as much in a second; what a decoder makes up when nothing arrives stays a hundred times below.
 */
const audibleEnergy = 0.001;

interface OpenOptions {
  /** The demo's address. */
  demo: string;
  room: string;
  name: string;
  /** Access token, as a guest's link carries it. */
  token?: string;
  capture?: ProbeOptions['capture'];
  relay?: ProbeOptions['relay'];
  size?: { width: number; height: number };
}

/** One person in a call, in a page of the web demo, driven by what a person can see and press. */
export class CallPage {
  readonly name: string;
  readonly page: TestPage;
  readonly console: string[];

  private constructor(name: string, page: TestPage, console: string[]) {
    this.name = name;
    this.page = page;
    this.console = console;
  }

  /** Opens the lobby of a room. */
  static async open(browser: TestBrowser, options: OpenOptions): Promise<CallPage> {
    const { demo, room, name, token, capture = smallCapture, relay, size = { width: 960, height: 600 } } = options;
    const lines: string[] = [];
    const page = await browser.openPage(`${demo}#/${encodeURIComponent(room)}${token ? `?token=${token}` : ''}`, {
      ...size,
      initScript: pageProbe({ capture, ...(relay && { relay }) }),
      onConsole: (text) => lines.push(text),
    });
    return new CallPage(name, page, lines);
  }

  /** Opens the lobby and enters the call with camera and microphone. */
  static async join(browser: TestBrowser, options: OpenOptions): Promise<CallPage> {
    const person = await CallPage.open(browser, options);
    await person.join();
    return person;
  }

  /** Enters the call from the lobby. */
  async join(): Promise<void> {
    await this.enter();
    await this.waitForElement('call');
  }

  /** Types the name, waits for the own picture, and presses the button. */
  async enter(): Promise<void> {
    await this.page.waitFor(() => document.querySelector('[data-testid=join]') !== null, undefined);
    await this.page.evaluate((name) => {
      const input = document.querySelector<HTMLInputElement>('[data-testid=display-name]');
      if (!input) throw new Error('no field for the name');
      input.value = name;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }, this.name);
    await this.page.waitFor(() => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid=lobby] video');
      return video !== null && video.videoWidth > 0;
    }, undefined);
    await this.press('join');
  }

  async press(testId: string): Promise<void> {
    await this.waitForElement(testId);
    await this.page.evaluate((id) => document.querySelector<HTMLElement>(`[data-testid=${id}]`)?.click(), testId);
  }

  async waitForElement(testId: string, timeoutMs?: number): Promise<void> {
    await this.page.waitFor((id) => document.querySelector(`[data-testid=${id}]`) !== null, testId, timeoutMs);
  }

  async waitForNoElement(testId: string, timeoutMs?: number): Promise<void> {
    await this.page.waitFor((id) => document.querySelector(`[data-testid=${id}]`) === null, testId, timeoutMs);
  }

  tiles(): Promise<TileSample[]> {
    return this.page.evaluate(() => window.probe.tiles());
  }

  async tileOf(name: string, source = 'camera'): Promise<TileSample | undefined> {
    const tiles = await this.tiles();
    return tiles.find((tile) => !tile.isSelf && tile.source === source && tile.name.includes(name));
  }

  voices() {
    return this.page.evaluate(() => window.probe.voices());
  }

  routes() {
    return this.page.evaluate(() => window.probe.routes());
  }

  /** Waits until the condition on this page's tiles holds; the last tiles are in the error. */
  async waitForTiles(
    what: string,
    condition: (tiles: TileSample[]) => boolean,
    timeoutMs = callTimeoutMs,
  ): Promise<void> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const tiles = await this.tiles();
      if (condition(tiles)) return;
      if (performance.now() > end) throw this.#failure(what, tiles);
      await delay(pollMs);
    }
  }

  /** Waits until each named person's picture is seen here: frames keep being decoded, it is not black, and it moves. */
  async seesAll(names: string[], source = 'camera'): Promise<void> {
    const before = new Map<string, TileSample>();
    await this.waitForTiles(`see ${names.join(', ')}`, (tiles) => {
      const found = names.map((name) => remoteTile(tiles, name, source));
      return found.every((tile) => tile !== undefined && isMoving(before, tile));
    });
  }

  /** Waits until this many voices are heard here: the energy of each rises by what a voice brings, not a decoder's noise. */
  async hears(count: number): Promise<void> {
    const end = performance.now() + callTimeoutMs;
    const first = new Map((await this.voices()).map((voice) => [voice.trackId, voice.energy]));
    for (;;) {
      const voices = await this.voices();
      const heard = voices.filter(({ trackId, energy }) => energy - (first.get(trackId) ?? 0) > audibleEnergy);
      if (heard.length >= count) return;
      if (performance.now() > end) throw this.#failure(`hear ${count}`, voices);
      await delay(pollMs);
    }
  }

  /** The energy of all voices that are heard here within this time. */
  async energyDuring(durationMs: number): Promise<number> {
    const before = totalEnergy(await this.voices());
    await delay(durationMs);
    return totalEnergy(await this.voices()) - before;
  }

  #failure(what: string, last: unknown): Error {
    const log = this.console.slice(-10).join('\n');
    return new Error(`${this.name} did not ${what}. Last seen: ${JSON.stringify(last)}\nConsole:\n${log}`);
  }
}

function totalEnergy(voices: { energy: number }[]): number {
  return voices.reduce((sum, { energy }) => sum + energy, 0);
}

function remoteTile(tiles: TileSample[], name: string, source: string): TileSample | undefined {
  return tiles.find((tile) => !tile.isSelf && tile.source === source && tile.name.includes(name));
}

/** Compares with the first sample in which this tile had a picture. */
function isMoving(before: Map<string, TileSample>, tile: TileSample): boolean {
  const key = `${tile.participant}/${tile.source}`;
  const first = before.get(key);
  if (tile.framesDecoded < 0 || tile.brightness < 0) return false;
  if (!first || first.framesDecoded > tile.framesDecoded) before.set(key, tile);
  if (!first) return false;
  return tile.framesDecoded >= first.framesDecoded + 5 && tile.brightness > 8 && tile.fingerprint !== first.fingerprint;
}

/** Waits until everyone sees and hears everyone else. */
export async function everyoneSeesAndHears(people: CallPage[]): Promise<void> {
  for (const person of people) {
    const others = people.filter((other) => other !== person);
    await person.seesAll(others.map(({ name }) => name));
    await person.hears(others.length);
  }
}

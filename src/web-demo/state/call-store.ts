import { type Signal, signal } from '@preact/signals';
import { CrosspointClientError } from '../../client/index.ts';
import { type SupportProblem, supportProblem } from '../model/browser-support.ts';
import { type EndReason, endReason } from '../model/end-reason.ts';
import { cleanRoomName, inviteLink, parseRoomLink, randomRoomName, roomHash } from '../model/room-link.ts';
import { Call } from './call.ts';
import type { CreateClient } from './call-client.ts';
import { LocalMedia } from './local-media.ts';
import { Notices } from './notices.ts';
import { preferences } from './preferences.ts';

/** Where the person is. */
export type View =
  | { readonly name: 'unsupported'; readonly problem: SupportProblem }
  | { readonly name: 'lobby' }
  | { readonly name: 'joining' }
  | { readonly name: 'call'; readonly call: Call }
  | { readonly name: 'ended'; readonly reason: EndReason };

/** The page's state: which view is shown, the devices, the room's name. It alone makes clients and calls. */
export class CallStore {
  readonly media = new LocalMedia();
  readonly notices = new Notices();
  readonly roomName: Signal<string>;
  readonly view: Signal<View>;
  readonly #createClient: CreateClient;
  readonly #token: string | null;

  constructor(createClient: CreateClient) {
    this.#createClient = createClient;
    const link = parseRoomLink(location);
    this.#token = link.token;
    this.roomName = signal(link.room || randomRoomName());
    const problem = supportProblem({
      isSecureContext,
      hasPeerConnection: 'RTCPeerConnection' in globalThis,
      hasWebSocket: 'WebSocket' in globalThis,
    });
    this.view = signal(problem ? { name: 'unsupported', problem } : { name: 'lobby' });
    if (!problem) void this.media.startPreview();
    addEventListener('hashchange', () => this.#followAddress());
    addEventListener('pagehide', () => this.#closeCall());
    // A page that comes back from the browser's cache has left its call.
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted && this.view.peek().name === 'call') this.#end(endReason('left'));
    });
  }

  get inviteLink(): string {
    return inviteLink(location, this.roomName.value, this.#token);
  }

  suggestRoomName(): void {
    this.roomName.value = randomRoomName();
  }

  async join(): Promise<void> {
    const room = cleanRoomName(this.roomName.peek());
    if (room === '' || this.view.peek().name === 'joining') return;
    this.roomName.value = room;
    this.view.value = { name: 'joining' };
    history.replaceState(null, '', roomHash(room, this.#token));
    await this.#enter(room);
  }

  leave(): void {
    this.#end(endReason('left'));
  }

  backToLobby(): void {
    this.view.value = { name: 'lobby' };
    void this.media.startPreview();
  }

  async rejoin(): Promise<void> {
    void this.media.startPreview();
    await this.join();
  }

  async #enter(room: string): Promise<void> {
    const client = this.#createClient();
    const call = new Call({
      client,
      media: this.media,
      notices: this.notices,
      roomName: room,
      onEnded: ({ code, action }) => this.#end(endReason(code, action)),
    });
    try {
      const name = preferences.name.peek().trim();
      const joined = client.join({ room, name, ...(this.#token === null ? {} : { token: this.#token }) });
      call.startPublishing();
      await joined;
      call.room.refresh();
      this.view.value = { name: 'call', call };
    } catch (error) {
      call.close();
      this.#end(endReason(error instanceof CrosspointClientError ? error.code : 'internalError'));
    }
  }

  /** Our devices go off with the call; joining again turns on what was on. */
  #end(reason: EndReason): void {
    if (this.view.peek().name === 'ended') return;
    this.#closeCall();
    this.media.stopAll();
    this.notices.clear();
    this.view.value = { name: 'ended', reason };
  }

  #closeCall(): void {
    const view = this.view.peek();
    if (view.name === 'call') view.call.close();
  }

  /** A link opened in a page that is in no call changes the room; a call is left on purpose only. */
  #followAddress(): void {
    const { room } = parseRoomLink(location);
    const { name } = this.view.peek();
    if (room !== '' && (name === 'lobby' || name === 'ended')) this.roomName.value = room;
  }
}

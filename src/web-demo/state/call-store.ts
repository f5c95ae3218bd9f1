import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  type ClientErrorCode,
  CrosspointClientError,
  type DisconnectAction,
  type JoinOptions,
} from '../../client/index.ts';
import { opensRoom, readToken, tokenProblem } from '../model/access-token.ts';
import { type SupportProblem, supportProblem } from '../model/browser-support.ts';
import { type EndReason, endReason } from '../model/end-reason.ts';
import { cleanRoomName, inviteLink, parseRoomLink, randomRoomName, roomHash } from '../model/room-link.ts';
import { Call } from './call.ts';
import type { CreateClient } from './call-client.ts';
import { forgetToken, keepToken, readKeptToken } from './kept-token.ts';
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
  /** The name that the access token gives, which cannot be changed here. */
  readonly givenName: ReadonlySignal<string | null>;
  readonly #createClient: CreateClient;
  readonly #token: Signal<string | null>;
  /** From the moment of joining on; also while somebody waits before the door. */
  #call: Call | null = null;

  constructor(createClient: CreateClient) {
    this.#createClient = createClient;
    const { room, token } = parseRoomLink(location);
    this.#token = signal(token ?? keptTokenFor(room));
    this.givenName = computed(() => (this.#token.value === null ? null : (readToken(this.#token.value)?.name ?? null)));
    this.roomName = signal(room || this.#roomOfToken() || randomRoomName());
    if (token !== null) this.#takeToken(token);
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

  /** Whether the person was given access to some room, or comes without. */
  get hasToken(): boolean {
    return this.#token.value !== null;
  }

  /** A personal token is not passed on, so that its link names the room and no more. */
  get isInviteComplete(): boolean {
    const token = this.#token.value;
    return token === null || readToken(token)?.isLink === true;
  }

  get inviteLink(): string {
    return inviteLink(location, this.roomName.value, this.#token.value);
  }

  suggestRoomName(): void {
    this.roomName.value = randomRoomName();
  }

  async join(): Promise<void> {
    const room = cleanRoomName(this.roomName.peek());
    if (room === '' || this.view.peek().name === 'joining') return;
    this.roomName.value = room;
    this.view.value = { name: 'joining' };
    history.replaceState(null, '', roomHash(room, this.#token.peek()));
    await this.#enter(room);
  }

  leave(): void {
    this.#end(endReason('left'));
  }

  /** Goes away from the door without having come in. */
  stopWaiting(): void {
    const call = this.#call;
    this.#call = null;
    call?.close();
    this.notices.clear();
    this.backToLobby();
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
      ownName: () => this.givenName.value ?? preferences.name.value,
      onEnded: ({ code, action }) => this.#end(this.#reason(code, action)),
    });
    this.#call = call;
    const stopWatching = client.on('stateChanged', ({ status }) => {
      if (status === 'waiting') this.view.value = { name: 'call', call };
    });
    try {
      const joined = client.join(this.#joinOptions(room));
      call.startPublishing();
      await joined;
      call.room.refresh();
      // It may have ended in the same moment.
      if (this.view.peek().name !== 'ended') this.view.value = { name: 'call', call };
    } catch (error) {
      call.close();
      // Not when the person has gone away from the door.
      if (this.#call === call) {
        this.#end(this.#reason(error instanceof CrosspointClientError ? error.code : 'internalError', 'rejoin'));
      }
    } finally {
      stopWatching();
    }
  }

  /** The newest token is asked for before every join, also after a restart of the server. */
  #joinOptions(room: string): JoinOptions {
    const name = preferences.name.peek().trim();
    return { room, name, ...(this.#token.peek() !== null && { token: () => this.#token.peek() ?? '' }) };
  }

  #reason(code: ClientErrorCode, action: DisconnectAction): EndReason {
    const token = this.#token.peek();
    if (code === 'unauthorized' || code === 'tokenExpired') forgetToken();
    return endReason(code, {
      action,
      wasWaiting: this.#call?.door.isHeld.peek() ?? false,
      tokenProblem: tokenProblem(token, this.roomName.peek(), Date.now()),
    });
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

  /**
   * A link opened in a page that is in no call changes the room, and its token; a call is left on purpose only, and a link
   * with a newer token prolongs it.
   */
  #followAddress(): void {
    const { room, token } = parseRoomLink(location);
    const view = this.view.peek();
    if (view.name === 'lobby' || view.name === 'ended') {
      if (room !== '') this.roomName.value = room;
      if (token === null) return;
      this.#takeToken(token);
      if (view.name === 'ended') this.backToLobby();
    } else if (view.name === 'call' && token !== null) void this.#renewAccess(view.call, room, token);
  }

  async #renewAccess(call: Call, room: string, token: string): Promise<void> {
    history.replaceState(null, '', roomHash(call.roomName, this.#token.peek()));
    if (room !== '' && room !== call.roomName) return;
    if (await call.renewAccess(token)) this.#takeToken(token);
  }

  /** A personal token leaves the address at once: whoever looks at the screen or copies the address should not get it. */
  #takeToken(token: string): void {
    this.#token.value = token;
    keepToken(token);
    history.replaceState(null, '', roomHash(this.roomName.peek(), token));
  }

  /** The room that the token is for, where it names exactly one. */
  #roomOfToken(): string {
    const room = this.#token.peek() === null ? null : readToken(this.#token.peek() ?? '')?.room;
    return room && !room.endsWith('*') ? cleanRoomName(room) : '';
  }
}

/** The tab's token, if it is for this room; one for another room would only be refused. */
function keptTokenFor(room: string): string | null {
  const token = readKeptToken();
  return token !== null && (room === '' || opensRoom(token, room)) ? token : null;
}

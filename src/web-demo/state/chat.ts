import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { CrosspointClientError } from '../../client/index.ts';
import {
  addMessage,
  type ChatLog,
  type ChatMessage,
  chatMessageType,
  chatText,
  emptyChat,
  markRead,
  settleMessage,
} from '../model/chat.ts';
import type { CallClient } from './call-client.ts';
import type { RoomView } from './room-view.ts';

export interface ChatOptions {
  readonly client: CallClient;
  readonly room: RoomView;
  readonly isOpen: ReadonlySignal<boolean>;
  /** Somebody wrote while the chat was closed. */
  readonly onUnread: (message: Omit<ChatMessage, 'id'>) => void;
}

interface Unsent {
  readonly text: string;
  readonly id: string;
}

/** The chat of this call, as long as it lasts. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #log: Signal<ChatLog> = signal(emptyChat);
  readonly draft: Signal<string> = signal('');
  /** Own messages that have not been sent yet, by their number in the log. */
  readonly #unsent = new Map<number, Unsent>();

  constructor(options: ChatOptions) {
    this.#options = options;
    const { client, room, isOpen, onUnread } = options;
    client.on('messageReceived', ({ from, fromUser = '', type, at, body, history }) => {
      const text = type === chatMessageType ? chatText(body) : null;
      if (text === null) return;
      // Who wrote before we came may have left.
      const message = { participantId: from, name: room.nameOf(from) || fromUser, isSelf: false, text, at };
      this.#add(message);
      if (!isOpen.peek() && !history) onUnread(message);
    });
    effect(() => {
      if (isOpen.value) this.#log.value = markRead(this.#log.peek());
    });
  }

  get log(): ReadonlySignal<ChatLog> {
    return this.#log;
  }

  /** Sends the draft. It stands in the log at once, with what becomes of it. */
  async send(): Promise<void> {
    const text = this.draft.peek().trim();
    if (text === '') return;
    this.draft.value = '';
    const { id, name } = this.#options.room.self.peek();
    const message = this.#log.peek().nextId;
    this.#unsent.set(message, { text, id: crypto.randomUUID() });
    this.#add({ participantId: id, name, isSelf: true, text, at: Date.now(), delivery: 'sending' });
    await this.#deliver(message);
  }

  /** Tries again with a message that failed. */
  async resend(message: number): Promise<void> {
    this.#settle(message, { delivery: 'sending' });
    await this.#deliver(message);
  }

  async #deliver(message: number): Promise<void> {
    const unsent = this.#unsent.get(message);
    if (unsent === undefined) return;
    try {
      const { status, recipients } = await this.#post(unsent);
      this.#unsent.delete(message);
      this.#settle(message, status === 'sent' && recipients === 0 ? { delivery: 'unheard' } : {});
    } catch (error) {
      this.#settle(message, { delivery: 'failed', failure: codeOf(error) });
    }
  }

  /** Where a cut left open whether it was sent, it is sent again: by its id the server knows it. */
  async #post({ text, id }: Unsent) {
    const post = () => this.#options.client.sendMessage({ type: chatMessageType, id, body: { text } });
    try {
      return await post();
    } catch (error) {
      if (codeOf(error) !== 'connectionLost') throw error;
      return await post();
    }
  }

  #settle(message: number, outcome: Parameters<typeof settleMessage>[2]): void {
    this.#log.value = settleMessage(this.#log.peek(), message, outcome);
  }

  #add(message: Omit<ChatMessage, 'id'>): void {
    this.#log.value = addMessage(this.#log.peek(), message, this.#options.isOpen.peek());
  }
}

function codeOf(error: unknown): string {
  return error instanceof CrosspointClientError ? error.code : 'internalError';
}

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

/** The chat of this call, as long as it lasts. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #log: Signal<ChatLog> = signal(emptyChat);
  readonly draft: Signal<string> = signal('');
  /** Code of the error that kept the last message from being sent. */
  readonly failure: Signal<string | null> = signal(null);

  constructor(options: ChatOptions) {
    this.#options = options;
    const { client, room, isOpen, onUnread } = options;
    client.on('messageReceived', ({ from, type, at, body }) => {
      const text = type === chatMessageType ? chatText(body) : null;
      if (text === null) return;
      const message = { participantId: from, name: room.nameOf(from), isSelf: false, text, at };
      this.#add(message);
      if (!isOpen.peek()) onUnread(message);
    });
    effect(() => {
      if (isOpen.value) this.#log.value = markRead(this.#log.peek());
    });
  }

  get log(): ReadonlySignal<ChatLog> {
    return this.#log;
  }

  /** Sends the draft; it stays in place when that fails. */
  async send(): Promise<void> {
    const text = this.draft.peek().trim();
    if (text === '') return;
    this.draft.value = '';
    this.failure.value = null;
    try {
      await this.#options.client.sendMessage({ type: chatMessageType, body: { text } });
      const { id, name } = this.#options.room.self.peek();
      this.#add({ participantId: id, name, isSelf: true, text, at: Date.now() });
    } catch (error) {
      this.draft.value = this.draft.peek() === '' ? text : this.draft.peek();
      this.failure.value = error instanceof CrosspointClientError ? error.code : 'internalError';
    }
  }

  #add(message: Omit<ChatMessage, 'id'>): void {
    this.#log.value = addMessage(this.#log.peek(), message, this.#options.isOpen.peek());
  }
}

/** The `type` of chat messages, and the only one that the demo sends. */
export const chatMessageType = 'chat';
/** Enough for a paragraph; the server's own bound is announced on join and much larger. */
export const maxChatChars = 2000;
/** Older messages fall out, so that a long call does not fill the memory. */
const maxChatMessages = 500;

export interface ChatMessage {
  readonly id: number;
  readonly participantId: string;
  readonly name: string;
  readonly isSelf: boolean;
  readonly text: string;
  readonly at: number;
  /** Of an own message that has not simply been sent; `unheard`: nobody was there. */
  readonly delivery?: 'sending' | 'failed' | 'unheard';
  /** Code of the error, when it failed. */
  readonly failure?: string;
}

export interface ChatLog {
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
  readonly nextId: number;
}

export const emptyChat: ChatLog = { messages: [], unread: 0, nextId: 1 };

/** Adds a message; it is unread unless it is our own or the chat is open. */
export function addMessage(log: ChatLog, message: Omit<ChatMessage, 'id'>, isOpen: boolean): ChatLog {
  const messages = [...log.messages, { ...message, id: log.nextId }].slice(-maxChatMessages);
  const unread = isOpen || message.isSelf ? log.unread : log.unread + 1;
  return { messages, unread: isOpen ? 0 : unread, nextId: log.nextId + 1 };
}

/** Says how an own message fares; without a delivery it has been sent. */
export function settleMessage(
  log: ChatLog,
  id: number,
  outcome: Pick<ChatMessage, 'delivery' | 'failure'> = {},
): ChatLog {
  const settle = ({ delivery, failure, ...message }: ChatMessage): ChatMessage => ({ ...message, ...outcome });
  return { ...log, messages: log.messages.map((message) => (message.id === id ? settle(message) : message)) };
}

export function markRead(log: ChatLog): ChatLog {
  return log.unread === 0 ? log : { ...log, unread: 0 };
}

/** The text of a received body, or null when it is not a chat message that we understand. */
export function chatText(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('text' in body)) return null;
  const { text } = body;
  if (typeof text !== 'string' || text.trim() === '') return null;
  return text.slice(0, maxChatChars);
}

const sameGroupMs = 120_000;

/** True when a message follows one of the same person closely enough to go without a heading. */
export function continuesGroup(previous: ChatMessage | undefined, message: ChatMessage): boolean {
  return previous?.participantId === message.participantId && message.at - previous.at < sameGroupMs;
}

export interface TextPart {
  readonly text: string;
  readonly href: string | null;
}

const urlPattern = /https?:\/\/[^\s<>"'）】。，]+/giu;
const trailing = /[.,;:!?)\]}]+$/;

/** Cuts a message into plain text and http(s) links; nothing else ever becomes a link. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let position = 0;
  for (const match of text.matchAll(urlPattern)) {
    const url = match[0].replace(trailing, '');
    if (!URL.canParse(url)) continue;
    if (match.index > position) parts.push({ text: text.slice(position, match.index), href: null });
    parts.push({ text: url, href: url });
    position = match.index + url.length;
  }
  if (position < text.length) parts.push({ text: text.slice(position), href: null });
  return parts;
}

import { describe, expect, it } from 'vitest';
import {
  addMessage,
  type ChatMessage,
  chatText,
  continuesGroup,
  emptyChat,
  linkify,
  markRead,
  maxChatChars,
} from './chat.ts';

const hello = { participantId: 'ann', name: 'Ann', isSelf: false, text: 'hello', at: 1000 };

describe('addMessage', () => {
  it('counts what arrives while the chat is closed', () => {
    const once = addMessage(emptyChat, hello, false);
    expect(addMessage(once, hello, false).unread).toBe(2);
  });

  it('counts neither our own messages nor those read as they arrive', () => {
    expect(addMessage(emptyChat, { ...hello, isSelf: true }, false).unread).toBe(0);
    expect(addMessage(emptyChat, hello, true).unread).toBe(0);
  });

  it('forgets the oldest messages beyond its bound and never repeats an id', () => {
    let log = emptyChat;
    for (let index = 0; index < 600; index++) log = addMessage(log, hello, true);
    expect(log.messages).toHaveLength(500);
    expect(log.messages.at(-1)?.id).toBe(600);
  });

  it('has nothing unread once read', () => {
    expect(markRead(addMessage(emptyChat, hello, false)).unread).toBe(0);
  });
});

describe('chatText', () => {
  it('takes text and cuts it at the bound', () => {
    expect(chatText({ text: 'hi' })).toBe('hi');
    expect(chatText({ text: 'x'.repeat(maxChatChars + 10) })).toHaveLength(maxChatChars);
  });

  it.each([[null], ['hi'], [{}], [{ text: 1 }], [{ text: '  ' }]])('ignores a body of %j', (body) => {
    expect(chatText(body)).toBeNull();
  });
});

describe('continuesGroup', () => {
  const message = (changes: Partial<ChatMessage>): ChatMessage => ({ ...hello, id: 1, ...changes });
  it('groups what one person writes in quick succession', () => {
    expect(continuesGroup(message({}), message({ at: 2000 }))).toBe(true);
    expect(continuesGroup(message({}), message({ at: 500_000 }))).toBe(false);
    expect(continuesGroup(message({}), message({ participantId: 'bob' }))).toBe(false);
    expect(continuesGroup(undefined, message({}))).toBe(false);
  });
});

describe('linkify', () => {
  it('finds links and leaves the punctuation around them alone', () => {
    expect(linkify('see https://a.test/x?y=1, ok?')).toEqual([
      { text: 'see ', href: null },
      { text: 'https://a.test/x?y=1', href: 'https://a.test/x?y=1' },
      { text: ', ok?', href: null },
    ]);
  });

  it('never links anything but http and https', () => {
    expect(linkify('javascript:alert(1) data:text/html,x').every((part) => part.href === null)).toBe(true);
  });

  it('loses no character', () => {
    const text = 'a http://b.test) c https://d.test/。 e';
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});

import { useLayoutEffect, useRef } from 'preact/hooks';
import { t, timeLocale } from '../i18n/language.ts';
import { type ChatMessage, continuesGroup, linkify, maxChatChars } from '../model/chat.ts';
import { avatarColour } from '../model/initials.ts';
import { useCall } from './call-context.ts';
import { Icon } from './icon.tsx';

function MessageText({ text }: { readonly text: string }) {
  return (
    <p class="message-text">
      {linkify(text).map((part, index) =>
        part.href ? (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}

interface MessageProps {
  readonly message: ChatMessage;
  readonly isContinued: boolean;
}

function Message({ message, isContinued }: MessageProps) {
  const { participantId, name, isSelf, text, at } = message;
  const time = new Date(at).toLocaleTimeString(timeLocale.value, { hour: '2-digit', minute: '2-digit' });
  return (
    <li class={isSelf ? 'message message-own' : 'message'} data-testid="chat-message" data-continued={isContinued}>
      {isContinued ? null : (
        <p class="message-head">
          <span class={`message-name hue-${avatarColour(participantId)}`}>
            {isSelf ? t('you') : name || t('guest')}
          </span>
          <time dateTime={new Date(at).toISOString()}>{time}</time>
        </p>
      )}
      <MessageText text={text} />
    </li>
  );
}

function MessageList() {
  const { messages } = useCall().call.chat.log.value;
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages.length]);
  return (
    <ol ref={list} class="messages" aria-live="polite" aria-label={t('chat')} data-testid="chat-log">
      {messages.length === 0 ? (
        <li class="messages-empty">
          <Icon name="chat" size={32} />
          <strong>{t('chatEmpty')}</strong>
          <span>{t('chatNote')}</span>
        </li>
      ) : null}
      {messages.map((message, index) => (
        <Message key={message.id} message={message} isContinued={continuesGroup(messages[index - 1], message)} />
      ))}
    </ol>
  );
}

function failureText(code: string): string {
  const reason = code === 'rateLimited' ? t('chatTooFast') : code === 'messageTooLarge' ? t('chatTooLong') : '';
  return t('chatFailed', { reason });
}

function Composer() {
  const { chat } = useCall().call;
  const failure = chat.failure.value;
  const send = (event: Event) => {
    event.preventDefault();
    void chat.send();
  };
  return (
    <form class="composer" onSubmit={send}>
      {failure ? (
        <p class="composer-failure" role="alert">
          {failureText(failure)}
        </p>
      ) : null}
      <textarea
        class="input"
        data-testid="chat-input"
        data-autofocus
        rows={1}
        maxLength={maxChatChars}
        aria-label={t('chatPlaceholder')}
        placeholder={t('chatPlaceholder')}
        value={chat.draft.value}
        onInput={(event) => {
          chat.draft.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          // While a Chinese word is being composed, Enter chooses it.
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event);
        }}
      />
      <button type="submit" class="icon-button send" data-testid="chat-send" aria-label={t('send')} title={t('send')}>
        <Icon name="send" size={20} />
      </button>
    </form>
  );
}

export function ChatPanel() {
  return (
    <>
      <MessageList />
      <Composer />
    </>
  );
}

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

const failureReasons: Readonly<Record<string, 'chatTooFast' | 'chatTooLong' | 'chatForbidden' | 'chatCut'>> = {
  rateLimited: 'chatTooFast',
  messageTooLarge: 'chatTooLong',
  forbidden: 'chatForbidden',
  connectionLost: 'chatCut',
  sessionLost: 'chatCut',
  requestTimeout: 'chatCut',
};

/** What became of an own message, where that is not simply that it arrived. */
function Delivery({ message: { id, delivery, failure = '' } }: { readonly message: ChatMessage }) {
  const { chat } = useCall().call;
  if (delivery === undefined) return null;
  if (delivery !== 'failed') {
    return (
      <p class={`message-state message-${delivery}`}>{t(delivery === 'sending' ? 'chatSending' : 'chatUnheard')}</p>
    );
  }
  const reason = failureReasons[failure];
  return (
    <p class="message-state message-failed">
      {t('chatFailed', { reason: reason ? t(reason) : failure })}
      <button type="button" class="message-retry" data-testid="chat-retry" onClick={() => void chat.resend(id)}>
        {t('tryAgain')}
      </button>
    </p>
  );
}

function Message({ message, isContinued }: MessageProps) {
  const { participantId, name, isSelf, text, at } = message;
  const time = new Date(at).toLocaleTimeString(timeLocale.value, { hour: '2-digit', minute: '2-digit' });
  return (
    <li
      class={isSelf ? 'message message-own' : 'message'}
      data-testid="chat-message"
      data-continued={isContinued}
      data-delivery={message.delivery}
    >
      {isContinued ? null : (
        <p class="message-head">
          <span class={`message-name hue-${avatarColour(participantId)}`}>
            {isSelf ? t('you') : name || t('guest')}
          </span>
          <time dateTime={new Date(at).toISOString()}>{time}</time>
        </p>
      )}
      <MessageText text={text} />
      <Delivery message={message} />
    </li>
  );
}

function MessageList() {
  const { messages } = useCall().call.chat.log.value;
  const list = useRef<HTMLOListElement>(null);
  const last = messages.at(-1);
  useLayoutEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [last?.id, last?.delivery]);
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

function Composer() {
  const { chat, door } = useCall().call;
  const send = (event: Event) => {
    event.preventDefault();
    void chat.send();
  };
  if (door.grants.value?.message === false) return <p class="composer field-hint">{t('chatForbidden')}</p>;
  return (
    <form class="composer" onSubmit={send}>
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

import { signal } from '@preact/signals';
import { describe, expect, it, vi } from 'vitest';
import { CrosspointClientError } from '../../client/index.ts';
import { Chat, type ChatOptions } from './chat.ts';

type Sent = { id?: string };

function setUp(answers: readonly (string | number)[]) {
  const left = [...answers];
  const sendMessage = vi.fn(async (_message: Sent) => {
    const answer = left.shift() ?? 1;
    if (typeof answer === 'string') throw new CrosspointClientError(answer);
    return { status: 'sent', recipients: answer };
  });
  const options = {
    client: { on: () => () => undefined, sendMessage },
    room: { self: signal({ id: 'me', name: 'Me' }) },
    isOpen: signal(true),
    onUnread: () => undefined,
  };
  const chat = new Chat(options as unknown as ChatOptions);
  const fate = () => chat.log.value.messages.map(({ text, delivery, failure }) => [text, delivery, failure]);
  const say = (text: string) => {
    chat.draft.value = text;
    return chat.send();
  };
  return { chat, say, fate, sendMessage };
}

describe('own chat messages', () => {
  it('stand in the log while they are sent, and simply when they have arrived', async () => {
    const { say, fate } = setUp([2]);
    const sent = say('Hello');
    expect(fate()).toEqual([['Hello', 'sending', undefined]]);
    await sent;
    expect(fate()).toEqual([['Hello', undefined, undefined]]);
  });

  it('say that they failed, and can be sent again under the same id', async () => {
    const { chat, say, fate, sendMessage } = setUp(['rateLimited', 1]);
    await say('Hello');
    expect(fate()).toEqual([['Hello', 'failed', 'rateLimited']]);
    await chat.resend(1);
    expect(fate()).toEqual([['Hello', undefined, undefined]]);
    expect(sendMessage.mock.calls[0]?.[0].id).toBe(sendMessage.mock.calls[1]?.[0].id);
  });

  it('are sent once more by themselves when a cut left open whether they arrived', async () => {
    const { say, fate, sendMessage } = setUp(['connectionLost', 1]);
    await say('Hello');
    expect(fate()).toEqual([['Hello', undefined, undefined]]);
    expect(sendMessage).toHaveBeenCalledTimes(2);
  });

  it('say when nobody was there', async () => {
    const { say, fate } = setUp([0]);
    await say('Hello');
    expect(fate()).toEqual([['Hello', 'unheard', undefined]]);
  });
});

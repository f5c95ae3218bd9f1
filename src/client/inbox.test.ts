import { describe, expect, it, vi } from 'vitest';
import type { ReceivedMessage, ReceivedReceipt } from './client-events.ts';
import { createJoined, settle, useFakeTime } from './testing/create-client.ts';

useFakeTime();

const message = (number: number) => ({
  ...{ from: 'ann', fromUser: 'ann@example', toUser: 'me', id: `m${number}`, ordinal: number },
  ...{ type: 'chat', at: 1, body: number },
});

async function createReceiver() {
  const fixture = await createJoined();
  const messages: ReceivedMessage[] = [];
  const receipts: ReceivedReceipt[] = [];
  fixture.client.on('messageReceived', (received) => messages.push(received));
  fixture.client.on('receiptReceived', (received) => receipts.push(received));
  return { ...fixture, messages, receipts };
}

describe('the inbox of a client', () => {
  it('gives an acknowledged message to the application, then acknowledges it', async () => {
    const { network, messages } = await createReceiver();
    network.socket.event('message', message(1));
    const { toUser, ...rest } = message(1);
    expect(messages).toEqual([{ ...rest, direct: true }]);
    expect(network.socket.last('receipt').params).toEqual({ ordinals: [1], status: 'delivered' });
  });

  it('does not give one again that came again, but acknowledges it again', async () => {
    const { network, messages } = await createReceiver();
    network.socket.event('message', message(1));
    network.socket.reply('receipt', {});
    await settle();
    network.socket.event('message', { ...message(1), ordinal: 2 });
    expect(messages).toHaveLength(1);
    expect(network.socket.last('receipt').params).toMatchObject({ ordinals: [2] });
  });

  it('recognises what a server sent by its id alone, and apart from those of users', async () => {
    const { network, messages } = await createReceiver();
    const { fromUser: _, ...fromServer } = { ...message(1), from: 'server' };
    network.socket.event('message', fromServer);
    network.socket.event('message', { ...fromServer, ordinal: 2 });
    network.socket.event('message', { ...message(3), fromUser: 'server', id: 'm1' });
    expect(messages.map(({ ordinal }) => ordinal)).toEqual([1, 3]);
  });

  it('acknowledges together what comes while a receipt is on its way', async () => {
    const { network, messages } = await createReceiver();
    for (const number of [1, 2, 3]) network.socket.event('message', message(number));
    expect(network.socket.last('receipt').params).toMatchObject({ ordinals: [1] });
    network.socket.reply('receipt', {});
    await settle();
    expect(network.socket.last('receipt').params).toMatchObject({ ordinals: [2, 3] });
    expect(messages.map(({ body }) => body)).toEqual([1, 2, 3]);
  });

  it('acknowledges again what the server has not answered in time', async () => {
    const { network } = await createReceiver();
    network.socket.event('message', message(1));
    // The server lives, as its pings say, but this one answer does not come.
    for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000);
      network.socket.event('speakers', { speakers: [] });
    }
    network.socket.event('message', message(2));
    expect(network.socket.count('receipt')).toBe(2);
    expect(network.socket.last('receipt').params).toMatchObject({ ordinals: [1] });
    network.socket.reply('receipt', {});
    await settle();
    expect(network.socket.last('receipt').params).toMatchObject({ ordinals: [2] });
  });

  it('acknowledges what was refused together with what comes next', async () => {
    const { network } = await createReceiver();
    network.socket.event('message', message(1));
    network.socket.refuse('receipt', 'internalError');
    await settle();
    expect(network.socket.count('receipt')).toBe(1);
    network.socket.event('message', message(2));
    expect(network.socket.last('receipt').params).toMatchObject({ ordinals: [1, 2] });
  });

  it('does not acknowledge what cannot be, and leaves it to the next join', async () => {
    const { network } = await createReceiver();
    network.socket.event('message', message(1));
    network.socket.refuse('receipt', 'identityRequired');
    await settle();
    network.socket.event('message', message(2));
    expect(network.socket.last('receipt').params).toMatchObject({ ordinals: [2] });
  });

  it('tells what became of own messages, once, and acknowledges that too', async () => {
    const { network, receipts } = await createReceiver();
    const receipt = { ordinal: 7, id: 'm1', by: 'bob', status: 'read', at: 1 };
    network.socket.event('receipt', receipt);
    network.socket.event('receipt', receipt);
    expect(receipts).toEqual([{ id: 'm1', by: 'bob', status: 'read', at: 1 }]);
    expect(network.socket.last('receipt').params).toEqual({ ordinals: [7], status: 'delivered' });
  });

  it('marks messages as read, and passes over those that nobody waits for', async () => {
    const { client, network } = await createReceiver();
    const reading = client.markRead({ ordinal: 3 }, {}, { ordinal: 4 });
    expect(network.socket.last('receipt').params).toEqual({ ordinals: [3, 4], status: 'read' });
    network.socket.reply('receipt', {});
    await reading;
  });
});

describe('sending with an acknowledgement', () => {
  it('gives the message an id, and sends it again after a cut with the same', async () => {
    const { client, network } = await createReceiver();
    const sending = client.sendMessage({ toUser: 'bob', acknowledge: true, body: 1 });
    const { params } = network.socket.last('message');
    expect(params?.id).toMatch(/^[0-9a-f]{32}$/);
    network.socket.break(1006);
    await vi.advanceTimersByTimeAsync(500);
    const { socket } = network;
    socket.open();
    socket.acceptJoin({ resumed: true });
    expect(network.socket.last('message').params).toEqual(params);
    network.socket.reply('message', { recipients: 0, status: 'duplicate' });
    expect(await sending).toEqual({ recipients: 0, status: 'duplicate', id: params?.id });
  });
});

/**
 * A chat in the terminal: signaling only, no media. Run it with Node 24 or newer:
 *
 *     node examples/node-chat/chat.ts http://127.0.0.1:4300 lobby Ann
 */
import { createInterface } from 'node:readline';
import { CrosspointClient } from '../../src/client/index.ts';

const [url = 'http://127.0.0.1:4300', room = 'lobby', name = 'somebody'] = process.argv.slice(2);
const client = new CrosspointClient({ url });
const nameOf = (id: string) => client.participants.get(id)?.name ?? id;

client.on('participantJoined', (participant) => console.log(`* ${participant.name} joined`));
client.on('participantLeft', (participant) => console.log(`* ${participant.name} left`));
client.on('messageReceived', ({ from, body }) => console.log(`${nameOf(from)}: ${String(body)}`));
client.on('stateChanged', (state) => {
  if (state.status === 'reconnecting') console.log(`* reconnecting (${state.code})`);
  if (state.status === 'disconnected') console.log(`* ${state.message}`);
});

const { participants } = await client.join({ room, name, subscribe: 'manual' });
console.log(`* in ${room} with ${participants.map((other) => other.name).join(', ') || 'nobody else'}`);

for await (const line of createInterface({ input: process.stdin })) {
  if (line === '/quit') break;
  await client.sendMessage({ type: 'chat', body: line });
}
await client.leave();

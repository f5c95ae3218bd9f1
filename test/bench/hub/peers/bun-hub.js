// The same hub on Bun's server, whose WebSockets are uWebSockets in C++, with its native topics.
import { ready } from './ready.js';

const rooms = new Map();
let nextId = 1;

function leave(socket) {
  const { room, id } = socket.data;
  if (!rooms.get(room)?.delete(id)) return;
  socket.unsubscribe(room);
  server.publish(room, JSON.stringify({ method: 'participantLeft', params: { participant: id } }));
  socket.data.room = undefined;
}

const handlers = {
  join(socket, { room: name, name: person }) {
    const room = rooms.get(name) ?? new Map();
    rooms.set(name, room);
    const participants = [...room.values()].map(({ data }) => ({ id: data.id, name: data.person }));
    const { id } = socket.data;
    Object.assign(socket.data, { room: name, person });
    server.publish(
      name,
      JSON.stringify({ method: 'participantJoined', params: { participant: { id, name: person } } }),
    );
    room.set(id, socket);
    socket.subscribe(name);
    return { participant: { id }, participants };
  },
  leave(socket) {
    leave(socket);
    return {};
  },
  message(socket, { body }) {
    const { room, id } = socket.data;
    socket.publish(room, JSON.stringify({ method: 'message', params: { from: id, body } }));
  },
  offer(socket, { to, sdp }) {
    const { room, id } = socket.data;
    rooms
      .get(room)
      .get(to)
      ?.send(JSON.stringify({ method: 'offer', params: { from: id, sdp } }));
  },
};

// `Bun` is a global of that runtime.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request, upgrader) =>
    upgrader.upgrade(request, { data: { id: `p${nextId++}` } }) ? undefined : new Response('', { status: 404 }),
  websocket: {
    idleTimeout: 30,
    sendPings: true,
    perMessageDeflate: false,
    message(socket, text) {
      const { id, method, params } = JSON.parse(text);
      const result = handlers[method](socket, params);
      if (result) socket.send(JSON.stringify({ id, result }));
    },
    close: leave,
  },
});
ready(server.port);

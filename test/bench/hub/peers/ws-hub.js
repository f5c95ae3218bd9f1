// A plain hub as one writes it by hand on `ws`: it serialises once for a room and calls send() in a loop. It validates
// nothing, bounds nothing and numbers nothing. The reference that the others are compared with.
import { WebSocketServer } from 'ws';
import { ready } from './ready.js';

const heartbeatMs = 10_000;
const rooms = new Map();
let nextId = 1;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false }, () =>
  ready(server.address().port),
);

function broadcast(room, except, message) {
  const bytes = Buffer.from(JSON.stringify(message));
  for (const member of room.values()) if (member !== except) member.send(bytes, { binary: false });
}

function leave(socket) {
  const room = rooms.get(socket.room);
  if (!room?.delete(socket.id)) return;
  socket.room = undefined;
  broadcast(room, socket, { method: 'participantLeft', params: { participant: socket.id } });
}

const handlers = {
  join(socket, { room: name, name: person }) {
    const room = rooms.get(name) ?? new Map();
    rooms.set(name, room);
    const participants = [...room.values()].map((member) => ({ id: member.id, name: member.person }));
    socket.room = name;
    socket.person = person;
    broadcast(room, socket, { method: 'participantJoined', params: { participant: { id: socket.id, name: person } } });
    room.set(socket.id, socket);
    return { participant: { id: socket.id }, participants };
  },
  leave(socket) {
    leave(socket);
    return {};
  },
  message(socket, { body }) {
    broadcast(rooms.get(socket.room), socket, { method: 'message', params: { from: socket.id, body } });
  },
  offer(socket, { to, sdp }) {
    const message = { method: 'offer', params: { from: socket.id, sdp } };
    rooms.get(socket.room).get(to)?.send(JSON.stringify(message));
  },
};

server.on('connection', (socket) => {
  socket.id = `p${nextId++}`;
  socket.isAlive = true;
  socket.on('pong', () => {
    socket.isAlive = true;
  });
  socket.on('message', (data) => {
    const { id, method, params } = JSON.parse(data);
    const result = handlers[method](socket, params);
    if (result) socket.send(JSON.stringify({ id, result }));
  });
  socket.on('close', () => leave(socket));
});

setInterval(() => {
  for (const socket of server.clients) {
    if (!socket.isAlive) socket.terminate();
    socket.isAlive = false;
    socket.ping();
  }
}, heartbeatMs);

// The same hub on Socket.IO, with its rooms, WebSocket only.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { ready } from './ready.js';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], pingInterval: 10_000, pingTimeout: 15_000 });

io.on('connection', (socket) => {
  const leave = () => {
    if (socket.data.room === undefined) return;
    socket.leave(socket.data.room);
    socket.to(socket.data.room).emit('participantLeft', { participant: socket.id });
    socket.data.room = undefined;
  };
  socket.on('join', ({ room, name }, reply) => {
    const members = io.sockets.adapter.rooms.get(room) ?? [];
    const participants = Array.from(members, (id) => ({ id, name: io.sockets.sockets.get(id)?.data.name }));
    socket.data.room = room;
    socket.data.name = name;
    socket.join(room);
    socket.to(room).emit('participantJoined', { participant: { id: socket.id, name } });
    reply({ participant: { id: socket.id }, participants });
  });
  socket.on('leave', (_params, reply) => {
    leave();
    reply({});
  });
  socket.on('message', ({ body }) => socket.to(socket.data.room).emit('message', { from: socket.id, body }));
  socket.on('offer', ({ to, sdp }) => io.to(to).emit('offer', { from: socket.id, sdp }));
  socket.on('disconnect', leave);
});

http.listen(0, '127.0.0.1', () => ready(http.address().port));

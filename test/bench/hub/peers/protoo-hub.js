// The same hub on protoo-server, which the mediasoup demo uses.
import { createServer } from 'node:http';
import protoo from 'protoo-server';
import { ready } from './ready.js';

const http = createServer();
const server = new protoo.WebSocketServer(http, { maxReceivedFrameSize: 1 << 20, keepaliveInterval: 10_000 });
const all = new protoo.Room();
const rooms = new Map();
let nextId = 1;

function notifyOthers(peer, method, data) {
  for (const member of rooms.get(peer.data.room)?.values() ?? []) {
    if (member !== peer) member.notify(method, data).catch(() => undefined);
  }
}

function leave(peer) {
  notifyOthers(peer, 'participantLeft', { participant: peer.id });
  rooms.get(peer.data.room)?.delete(peer.id);
  peer.data.room = undefined;
}

const requests = {
  join(peer, { room: name, name: person }) {
    const room = rooms.get(name) ?? new Map();
    rooms.set(name, room);
    const participants = [...room.values()].map((member) => ({ id: member.id, name: member.data.name }));
    Object.assign(peer.data, { room: name, name: person });
    room.set(peer.id, peer);
    notifyOthers(peer, 'participantJoined', { participant: { id: peer.id, name: person } });
    return { participant: { id: peer.id }, participants };
  },
  leave(peer) {
    leave(peer);
    return {};
  },
};

server.on('connectionrequest', (_info, accept) => {
  const peer = all.createPeer(`p${nextId++}`, accept());
  peer.on('request', ({ method, data }, reply) => reply(requests[method](peer, data)));
  peer.on('notification', ({ method, data }) => {
    if (method === 'message') notifyOthers(peer, 'message', { from: peer.id, body: data.body });
    else
      rooms
        .get(peer.data.room)
        ?.get(data.to)
        ?.notify('offer', { from: peer.id, sdp: data.sdp })
        .catch(() => undefined);
  });
  peer.on('close', () => leave(peer));
});

http.listen(0, '127.0.0.1', () => ready(http.address().port));

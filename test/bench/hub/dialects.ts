/** How the members of a hub say the same things on the wire, and how its frames are told apart by a byte or two. */
export interface Dialect {
  path: string;
  subprotocol?: string;
  /** Frames to send once the connection stands. */
  greeting?: string;
  /** Frames that the hub sends by itself before it is ready for a join. */
  greetingReplies?: number;
  join(id: number, params: { room: string; name: string }): string;
  leave(id: number): string;
  message(body: string): string;
  offer(params: { to: string; sdp: string }): string;
  /** Of the frame whose text is at these offsets. */
  kindOf(bytes: Buffer, from: number, to: number): FrameKind;
  /** Answer to a frame of kind `ping`. */
  pong?: string;
  /** The member’s own id in the reply to its join. */
  ownId(joinReply: string): string;
}

/** `reply` to a request, `delivery` of a message or an offer, `presence` of others, or a heartbeat. */
type FrameKind = 'reply' | 'delivery' | 'presence' | 'ping';

const letter = (text: string): number => text.charCodeAt(0);
const [i, m, o, r] = [letter('i'), letter('m'), letter('o'), letter('r')];

function ownIdOf(joinReply: string): string {
  const id = /"participant":\{"id":"([^"]+)"/.exec(joinReply)?.[1];
  if (id === undefined) throw new Error(`no id in ${joinReply.slice(0, 200)}`);
  return id;
}

/** `{"id":1,"result":…}` is a reply, `{"method":"message",…}` an event. */
function kindOfRpc(bytes: Buffer, from: number): FrameKind {
  if (bytes[from + 2] === i) return 'reply';
  const name = bytes[from + 11];
  return name === m || name === o ? 'delivery' : 'presence';
}

/** JSON-RPC as Crosspoint speaks it; the plain hubs take the same frames. */
const rpc: Omit<Dialect, 'path'> = {
  join: (id, { room, name }) => JSON.stringify({ id, method: 'join', params: { room, name } }),
  leave: (id) => `{"id":${id},"method":"leave","params":{}}`,
  message: (body) => `{"method":"message","params":{"body":"${body}"}}`,
  offer: (params) => JSON.stringify({ method: 'offer', params }),
  kindOf: kindOfRpc,
  ownId: ownIdOf,
};

/** Engine.IO 4 and Socket.IO 5 packets: `42` is an event, `43` an acknowledgement, `2` a ping. */
const socketIo: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  greeting: '40',
  greetingReplies: 2,
  join: (id, params) => `42${id}${JSON.stringify(['join', params])}`,
  leave: (id) => `42${id}["leave",{}]`,
  message: (body) => `42["message",{"body":"${body}"}]`,
  offer: (params) => `42${JSON.stringify(['offer', params])}`,
  kindOf(bytes, from, to) {
    if (to - from === 1) return 'ping';
    if (bytes[from + 1] === letter('3')) return 'reply';
    return bytes[from + 4] === m || bytes[from + 4] === o ? 'delivery' : 'presence';
  },
  pong: '3',
  ownId: ownIdOf,
};

const notificationName = '{"notification":true,"method":"'.length;

const protoo: Dialect = {
  path: '/',
  subprotocol: 'protoo',
  join: (id, data) => JSON.stringify({ request: true, id, method: 'join', data }),
  leave: (id) => `{"request":true,"id":${id},"method":"leave","data":{}}`,
  message: (body) => `{"notification":true,"method":"message","data":{"body":"${body}"}}`,
  offer: (data) => JSON.stringify({ notification: true, method: 'offer', data }),
  kindOf(bytes, from) {
    if (bytes[from + 2] === r) return 'reply';
    const name = bytes[from + notificationName];
    return name === m || name === o ? 'delivery' : 'presence';
  },
  ownId: ownIdOf,
};

export const dialects = {
  crosspoint: { ...rpc, path: '/signaling', subprotocol: 'crosspoint.v1' },
  plain: { ...rpc, path: '/' },
  socketIo,
  protoo,
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;

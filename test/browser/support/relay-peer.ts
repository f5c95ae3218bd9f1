declare global {
  interface Window {
    relayPeer?: { frames(): Promise<number> };
  }
}

interface PeerOptions {
  signaling: string;
  room: string;
  /** True for the one who comes second. */
  offers: boolean;
}

interface Incoming {
  id?: number;
  method?: string;
  result?: { iceServers: RTCIceServer[]; participants: { id: string }[] };
  params?: { from: string; sdp: string; candidate: RTCIceCandidateInit };
}

/**
 * Runs in a page: a client of the documented protocol that calls the other participant directly, through relays only.
 * It is sent to the page as text and uses nothing from around it.
 */
export async function startPeer({ signaling, room, offers }: PeerOptions): Promise<void> {
  const socket = new WebSocket(signaling, 'crosspoint.v1');
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  let requests = 0;
  const send = (method: string, params: unknown) => socket.send(JSON.stringify({ id: ++requests, method, params }));
  let connection: RTCPeerConnection | undefined;
  const early: RTCIceCandidateInit[] = [];

  function movingPicture(): MediaStream {
    const canvas = document.createElement('canvas');
    canvas.width = 160;
    canvas.height = 120;
    const context = canvas.getContext('2d');
    let hue = 0;
    setInterval(() => {
      if (!context) return;
      context.fillStyle = `hsl(${hue++ % 360} 80% 50%)`;
      context.fillRect(0, 0, 160, 120);
    }, 50);
    return canvas.captureStream(15);
  }

  function connect(to: string, iceServers: RTCIceServer[]): RTCPeerConnection {
    const peer = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' });
    peer.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) send('candidate', { to, candidate: candidate.toJSON() });
    });
    for (const track of movingPicture().getTracks()) peer.addTrack(track);
    return peer;
  }

  async function addEarly(peer: RTCPeerConnection): Promise<void> {
    for (const candidate of early.splice(0)) await peer.addIceCandidate(candidate);
  }

  let iceServers: RTCIceServer[] = [];
  async function handle({ method, result, params }: Incoming): Promise<void> {
    if (result?.iceServers) {
      iceServers = result.iceServers;
      const other = result.participants[0];
      if (!offers || !other) return;
      connection = connect(other.id, iceServers);
      await connection.setLocalDescription();
      send('offer', { to: other.id, sdp: connection.localDescription?.sdp });
    } else if (method === 'offer' && params?.sdp) {
      connection = connect(params.from, iceServers);
      await connection.setRemoteDescription({ type: 'offer', sdp: params.sdp });
      await connection.setLocalDescription();
      send('answer', { to: params.from, sdp: connection.localDescription?.sdp });
      await addEarly(connection);
    } else if (method === 'answer' && params && connection) {
      await connection.setRemoteDescription({ type: 'answer', sdp: params.sdp });
      await addEarly(connection);
    } else if (method === 'candidate' && params) {
      if (connection?.remoteDescription) await connection.addIceCandidate(params.candidate);
      else early.push(params.candidate);
    }
  }

  let handled = Promise.resolve();
  socket.addEventListener('message', ({ data }) => {
    handled = handled.then(() => handle(JSON.parse(data)));
  });
  send('join', { room, subscribe: 'manual' });
  window.relayPeer = {
    async frames() {
      let frames = 0;
      const report = await connection?.getStats();
      report?.forEach((entry: Record<string, unknown>) => {
        if (entry.type === 'inbound-rtp') frames = Number(entry.framesDecoded ?? 0);
      });
      return frames;
    },
  };
}

/** Tells, in the page, whether this many frames have been decoded. */
export async function framesReceived(count: number): Promise<boolean> {
  return ((await window.relayPeer?.frames()) ?? 0) >= count;
}

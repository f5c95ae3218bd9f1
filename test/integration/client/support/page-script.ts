import { CrosspointClient, type RemoteTrack } from '../../../../src/client/index.ts';
import type { EnterOptions, PageCall } from './client-page.ts';

/** Runs in the browser: a minimal application of the client, which the test asks what it sees and hears. */
const videos = new Map<string, HTMLVideoElement>();
const audios = new Map<string, HTMLAudioElement>();
let enteredAt = 0;

const call: PageCall = {
  client: new CrosspointClient({ url: 'ws://127.0.0.1:1' }),
  log: [],
  frames: [],
  firstFrameMs: undefined,

  async enter({ url, room, name, camera, subscribe, iceTransportPolicy }: EnterOptions) {
    const stream = camera && (await navigator.mediaDevices.getUserMedia({ audio: true, video: camera }));
    const rtcConfiguration = iceTransportPolicy ? { iceTransportPolicy } : {};
    const client = new CrosspointClient({ url, logger: console, rtcConfiguration });
    call.client = client;
    watch(client);
    enteredAt = performance.now();
    const joining = client.join({ room, name, ...(subscribe && { subscribe }) });
    const publishing = stream ? client.publishAll(stream.getTracks()) : undefined;
    await Promise.all([joining, publishing]);
  },

  async pictures() {
    const stats = await call.client.getStats();
    return stats.tracks
      .filter(({ kind, direction }) => kind === 'video' && direction === 'receive')
      .map(({ participantId, trackId, source, framesDecoded = 0, width = 0 }) => ({
        participant: participantId,
        source,
        frames: framesDecoded,
        width,
        bright: isBright(videos.get(trackId)),
      }));
  },

  async sounds() {
    const tracks = [...call.client.participants.values()].flatMap(({ tracks }) => [...tracks.values()]);
    const heard = tracks.filter(({ kind }) => kind === 'audio');
    return Promise.all(
      heard.map(async (track) => ({
        participant: track.participant.id,
        source: track.source,
        energy: await energyOf(track),
      })),
    );
  },

  cutSocket() {
    sockets.at(-1)?.close(4999);
  },

  remoteUserFragments() {
    return probed.flatMap((connection) => {
      const now = /a=ice-ufrag:(\S+)/.exec(connection.remoteDescription?.sdp ?? '')?.[1];
      const first = firstFragments.get(connection);
      if (now !== undefined && first === undefined) firstFragments.set(connection, now);
      return now !== undefined && first !== undefined && now !== first ? [now] : [];
    });
  },

  createPicture(width, height) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    let frame = 0;
    setInterval(() => {
      frame += 1;
      context.fillStyle = `hsl(${frame % 360} 90% 60%)`;
      context.fillRect(0, 0, width, height);
      context.fillStyle = 'black';
      context.fillRect((frame * 7) % width, height / 3, 40, 40);
    }, 50);
    const [track] = canvas.captureStream(20).getVideoTracks();
    if (!track) throw new Error('no track');
    return track;
  },
};

window.call = call;

const sockets: WebSocket[] = [];
const NativeSocket = window.WebSocket;
window.WebSocket = class extends NativeSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    sockets.push(this);
    this.addEventListener('message', ({ data }) => call.frames.push({ direction: 'received', text: String(data) }));
  }

  override send(data: string): void {
    call.frames.push({ direction: 'sent', text: data });
    super.send(data);
  }
};

const probed: RTCPeerConnection[] = [];
const firstFragments = new Map<RTCPeerConnection, string>();
const Native = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    probed.push(this);
  }
};

function watch(client: CrosspointClient): void {
  const note = (name: string, id = '') => call.log.push(id ? `${name} ${id}` : name);
  client.on('stateChanged', ({ status }) => note('stateChanged', status));
  client.on('participantJoined', ({ name }) => note('participantJoined', name));
  client.on('participantUpdated', ({ name, state }) => note('participantUpdated', `${name} ${state}`));
  client.on('participantLeft', ({ name }, reason) => note('participantLeft', `${name} ${reason}`));
  client.on('trackPublished', (track) => note('trackPublished', labelOf(track)));
  client.on('trackUpdated', (track) => note('trackUpdated', `${labelOf(track)} ${track.muted ? 'muted' : 'live'}`));
  client.on('trackUnpublished', (track) => note('trackUnpublished', labelOf(track)));
  client.on('trackSubscribed', (track, mediaTrack) => {
    note('trackSubscribed', labelOf(track));
    if (track.kind === 'video') showVideo(track.id, mediaTrack);
    else playAudio(track.id, mediaTrack);
  });
  client.on('trackUnsubscribed', (track) => {
    note('trackUnsubscribed', labelOf(track));
    for (const elements of [videos, audios]) {
      elements.get(track.id)?.remove();
      elements.delete(track.id);
    }
  });
  client.on('mediaStateChanged', (connection, state) => note('mediaStateChanged', `${connection} ${state}`));
  client.on('localTrackPublished', ({ source }) => note('localTrackPublished', source));
  client.on('localTrackUnpublished', ({ source }) => note('localTrackUnpublished', source));
}

function labelOf({ participant, source }: RemoteTrack): string {
  return `${participant.name} ${source}`;
}

function showVideo(trackId: string, mediaTrack: MediaStreamTrack): void {
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true, playsInline: true });
  video.srcObject = new MediaStream([mediaTrack]);
  video.requestVideoFrameCallback(() => {
    call.firstFrameMs ??= performance.now() - enteredAt;
  });
  videos.set(trackId, video);
  document.body.append(video);
}

/** Chromium decodes sound only for somebody who plays it. */
function playAudio(trackId: string, mediaTrack: MediaStreamTrack): void {
  const audio = Object.assign(document.createElement('audio'), { autoplay: true });
  audio.srcObject = new MediaStream([mediaTrack]);
  audios.set(trackId, audio);
  document.body.append(audio);
}

function isBright(video: HTMLVideoElement | undefined): boolean {
  if (!video || video.videoWidth === 0) return false;
  const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 16 });
  const context = canvas.getContext('2d');
  context?.drawImage(video, 0, 0, 16, 16);
  return context?.getImageData(0, 0, 16, 16).data.some((value, index) => index % 4 !== 3 && value > 60) ?? false;
}

async function energyOf({ mediaTrack }: RemoteTrack): Promise<number> {
  for (const connection of probed) {
    const receiver = connection.getReceivers().find(({ track }) => track === mediaTrack);
    const report = await receiver?.getStats();
    for (const entry of report?.values() ?? []) {
      if (entry.type === 'inbound-rtp' && typeof entry.totalAudioEnergy === 'number') return entry.totalAudioEnergy;
    }
  }
  return 0;
}

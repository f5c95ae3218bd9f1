import { createServer } from 'node:http';
import type { TestBrowser, TestPage } from '../browsers.ts';
import type { PeerAction, PeerOptions, SdpClient, SdpPeer } from './sdp-peer.ts';

/** Drives peer connections of a browser, each in a page of its own. */
export async function createBrowserClient(launch: () => Promise<TestBrowser>): Promise<SdpClient> {
  const [browser, server] = await Promise.all([launch(), serveBlankPage()]);
  return {
    name: browser.name,
    version: browser.version,
    unsupported: [],
    openPeer: async (options) => openPeer(await browser.openPage(server.url), options),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** Capturing media needs a secure context, which an address on loopback is. */
async function serveBlankPage(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page without content</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${address.port}/`, close };
}

async function openPeer(page: TestPage, { bundlePolicy = 'max-bundle' }: PeerOptions = {}): Promise<SdpPeer> {
  await page.evaluate(preparePage, bundlePolicy);
  return {
    perform: (action) => page.evaluate((name: PeerAction) => globalThis.sdpPeer.perform(name), action),
    createOffer: () => page.evaluate(() => globalThis.sdpPeer.createOffer()),
    acceptAnswer: (sdp) => page.evaluate((text: string) => globalThis.sdpPeer.acceptAnswer(text), sdp),
    answerOffer: (sdp) => page.evaluate((text: string) => globalThis.sdpPeer.answerOffer(text), sdp),
    close: () => page.close(),
  };
}

declare global {
  /** Lives in the driven page only. */
  var sdpPeer: Omit<SdpPeer, 'close'> & { readonly connection: RTCPeerConnection };
}

/** Runs in the page: a peer connection and what can be done to it. Uses nothing from outside this function. */
function preparePage(bundlePolicy: RTCBundlePolicy) {
  const connection = new RTCPeerConnection({ bundlePolicy });
  const stream = new MediaStream();
  const capture = async (constraints: MediaStreamConstraints) => {
    const [track] = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
    if (!track) throw new Error('Nothing was captured.');
    return track;
  };
  // 960x540 is the smallest size at which Chromium sends all three encodings.
  const camera = () => capture({ video: { width: 960, height: 540 } });
  const newestCamera = () => {
    const sending = connection.getTransceivers().filter(({ sender }) => sender.track?.kind === 'video');
    const newest = sending.at(-1);
    if (!newest) throw new Error('There is no camera.');
    return newest;
  };
  // A screen cannot be captured without a person; a canvas and an oscillator make the same SDP.
  const screenTracks = () => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d')?.fillRect(0, 0, 10, 10);
    const audio = new AudioContext();
    const destination = audio.createMediaStreamDestination();
    audio.createOscillator().connect(destination);
    return [...canvas.captureStream(5).getTracks(), ...destination.stream.getTracks()];
  };
  const actions: Record<PeerAction, () => unknown> = {
    addMicrophone: async () =>
      connection.addTransceiver(await capture({ audio: true }), { direction: 'sendonly', streams: [stream] }),
    addCamera: async () => connection.addTransceiver(await camera(), { direction: 'sendonly', streams: [stream] }),
    addSimulcastCamera: async () =>
      connection.addTransceiver(await camera(), {
        direction: 'sendonly',
        streams: [stream],
        sendEncodings: [
          { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
          { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
          { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
        ],
      }),
    addScreenWithAudio: () => {
      const screen = new MediaStream(screenTracks());
      for (const track of screen.getTracks())
        connection.addTransceiver(track, { direction: 'sendonly', streams: [screen] });
    },
    addDataChannel: () => connection.createDataChannel('data'),
    removeCamera: () => connection.removeTrack(newestCamera().sender),
    stopCamera: () => newestCamera().stop(),
    restartIce: () => connection.restartIce(),
  };
  globalThis.sdpPeer = {
    connection,
    perform: async (action) => {
      await actions[action]();
    },
    createOffer: async () => {
      await connection.setLocalDescription();
      return connection.localDescription?.sdp ?? '';
    },
    acceptAnswer: (sdp) => connection.setRemoteDescription({ type: 'answer', sdp }),
    answerOffer: async (sdp) => {
      await connection.setRemoteDescription({ type: 'offer', sdp });
      await connection.setLocalDescription();
      return connection.localDescription?.sdp ?? '';
    },
  };
}

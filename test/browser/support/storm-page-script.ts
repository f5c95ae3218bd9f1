import type { CrosspointClient, LocalTrack } from '../../../src/client/index.ts';
import { Random } from '../../fuzz/support/random.ts';
import { Talker } from '../../integration/resilience/support/talker.ts';
import { Reception } from './reception.ts';
import type { StormPage } from './storm-page.ts';

/** Runs in the browser: a participant of a storm with camera, microphone and, now and then, a screen. */
const camera = { width: 320, height: 180, frameRate: 15 };
const recentMs = 1_000;

let talker: Talker;
let reception: Reception;
let changes = 0;
const mediaFaults: string[] = [];

const delay = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));

const storm: StormPage = {
  async enter({ url, room, name }) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: camera });
    reception = new Reception((createPeerConnection) => {
      talker = new Talker(name, { url, createPeerConnection });
      return talker.client;
    });
    await talker.client.join({ room, name });
    await talker.client.publishAll(stream.getTracks());
  },

  async live({ untilMs, seed }) {
    const random = new Random(seed);
    await Promise.all([talker.live({ untilMs, random }), fidget(talker.client, { untilMs, random })]);
  },

  isJoined: () => talker.client.state.status === 'joined',

  receivesAll() {
    const recent = reception.reports().filter(({ silentMs }) => silentMs < recentMs);
    const labels = new Set(recent.map(({ label }) => label));
    return reception.expected().every((label) => labels.has(label));
  },

  done: () => talker.done,

  report() {
    const own = [...talker.client.localTracks].map(({ id = '', source, muted }) => ({ id, source, muted }));
    return {
      ...talker.report(),
      ...{ streams: reception.reports(), mediaFaults, changes },
      ownTracks: own.toSorted((a, b) => a.id.localeCompare(b.id)),
    };
  },
};

window.storm = storm;

/** Shares a screen, mutes and unmutes it, and takes it back, each after a while. */
async function fidget(
  client: CrosspointClient,
  { untilMs, random }: { untilMs: number; random: Random },
): Promise<void> {
  let screen: LocalTrack | undefined;
  while (Date.now() < untilMs) {
    try {
      screen = await change(client, { screen, random });
      changes += 1;
    } catch (error) {
      mediaFaults.push(String(error));
    }
    await delay(500 + random.below(1_500));
  }
}

async function change(
  client: CrosspointClient,
  { screen, random }: { screen: LocalTrack | undefined; random: Random },
): Promise<LocalTrack | undefined> {
  if (!screen) return client.publish(createPicture(), { source: 'screen', simulcast: false });
  if (random.chance(0.6)) {
    await (screen.muted ? screen.unmute() : screen.mute());
    return screen;
  }
  screen.mediaTrack.stop();
  await screen.unpublish();
  return undefined;
}

/** A small picture that changes all the time. */
function createPicture(): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 90 });
  const context = canvas.getContext('2d');
  const [track] = canvas.captureStream(10).getVideoTracks();
  if (!context || !track) throw new Error('no canvas');
  let frame = 0;
  const timer = setInterval(() => {
    if (track.readyState === 'ended') clearInterval(timer);
    frame += 1;
    context.fillStyle = `hsl(${frame % 360} 90% 60%)`;
    context.fillRect(0, 0, 160, 90);
  }, 100);
  return track;
}

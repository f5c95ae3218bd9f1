import { readSubscribeAnswer, type SubscribeAnswer } from '../../../src/sdp/read-subscribe-answer.ts';
import type { RouterCapabilities, SubscribeSection } from '../../../src/sdp/types.ts';
import { writeSubscribeOffer } from '../../../src/sdp/write-subscribe-offer.ts';
import { consumerOf, fakeTransport, routerCapabilities } from './router.ts';
import type { SdpClient, SdpClientName } from './sdp-peer.ts';

/** What a section of an offer carries: a codec in use, or the one it carried last. */
interface OfferedTrack {
  mimeType: string;
  unused?: true;
}

interface SubscribeScenario {
  name: string;
  /** Each step is an offer; sections keep their place. */
  steps: { name: string; tracks: OfferedTrack[] }[];
  /** Clients that throw: aiortc where it has not got the codec, GStreamer where a section comes back into use or changes its codec. */
  throwing?: SdpClientName[];
}

const opus: OfferedTrack = { mimeType: 'audio/opus' };
const vp8: OfferedTrack = { mimeType: 'video/VP8' };
const unused = (track: OfferedTrack): OfferedTrack => ({ ...track, unused: true });
const one = (name: string, mimeType: string, throwing: SdpClientName[] = []): SubscribeScenario => ({
  name,
  steps: [{ name: 'only', tracks: [opus, { mimeType }] }],
  throwing,
});

/** The subscribe connections that every client has to get through. */
export const subscribeScenarios: SubscribeScenario[] = [
  { name: 'audio', steps: [{ name: 'only', tracks: [opus] }] },
  one('vp8', 'video/VP8'),
  one('vp9', 'video/VP9', ['aiortc']),
  one('h264', 'video/H264'),
  one('av1', 'video/AV1', ['aiortc']),
  { name: 'h264-only', steps: [{ name: 'only', tracks: [{ mimeType: 'video/H264' }] }] },
  {
    name: 'coming-and-going',
    steps: [
      { name: 'first', tracks: [opus, vp8] },
      { name: 'appended', tracks: [opus, vp8, opus, vp8] },
      { name: 'gone', tracks: [opus, unused(vp8), opus, vp8] },
      { name: 'appended-again', tracks: [opus, unused(vp8), opus, vp8, opus, vp8] },
    ],
  },
  {
    name: 'reused',
    throwing: ['gstreamer'],
    steps: [
      { name: 'first', tracks: [opus, vp8] },
      { name: 'gone', tracks: [opus, unused(vp8)] },
      { name: 'back', tracks: [opus, vp8] },
      { name: 'all-gone', tracks: [unused(opus), unused(vp8)] },
      { name: 'all-back', tracks: [opus, vp8] },
    ],
  },
  {
    name: 'refused-then-more',
    throwing: ['gstreamer'],
    steps: [
      { name: 'h264', tracks: [{ mimeType: 'video/H264' }] },
      { name: 'more', tracks: [unused({ mimeType: 'video/H264' }), opus, vp8] },
      { name: 'reused', tracks: [vp8, opus, vp8] },
    ],
  },
  {
    name: 'codec-change',
    throwing: ['gstreamer'],
    steps: [
      { name: 'vp8', tracks: [opus, vp8] },
      { name: 'h264', tracks: [opus, { mimeType: 'video/H264' }] },
    ],
  },
];

export interface SubscribedStep {
  name: string;
  offer: string;
  answer: string;
  read: SubscribeAnswer;
}

/** Leads one peer of a client through a scenario; rejects with the client's words when it does not take an offer. */
export async function runSubscribeScenario(client: SdpClient, { steps }: SubscribeScenario): Promise<SubscribedStep[]> {
  const peer = await client.openPeer();
  const router = routerCapabilities();
  try {
    const subscribed: SubscribedStep[] = [];
    for (const [sessionVersion, { name, tracks }] of steps.entries()) {
      const sections = tracks.map((track, index) => subscribeSection(track, index, router));
      const offer = writeSubscribeOffer({ transport: fakeTransport, sessionId: '1', sessionVersion, sections });
      const answer = await peer.answerOffer(offer);
      subscribed.push({ name, offer, answer, read: readSubscribeAnswer(answer, sections) });
    }
    return subscribed;
  } finally {
    await peer.close();
  }
}

/** The same sections that an offer of a scenario has, for reading its recorded answer. */
export function subscribeSection(
  { mimeType, unused }: OfferedTrack,
  index: number,
  router: RouterCapabilities,
): SubscribeSection {
  const parameters = consumerOf(mimeType, String(index), router);
  return {
    mid: String(index),
    kind: mimeType.startsWith('audio/') ? 'audio' : 'video',
    ...(!unused && { rtpParameters: parameters }),
    lastRtpParameters: parameters,
    streamId: `stream${Math.floor(index / 2)}`,
    trackId: `track${index}`,
  };
}

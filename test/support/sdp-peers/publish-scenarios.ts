import { parseClientDescription } from '../../../src/sdp/parse-client-description.ts';
import { sendingRtpParameters } from '../../../src/sdp/sending-rtp-parameters.ts';
import type { ClientDescription, RouterCapabilities, RtpParameters } from '../../../src/sdp/types.ts';
import { writePublishAnswer } from '../../../src/sdp/write-publish-answer.ts';
import { fakeTransport, routerCapabilities } from './router.ts';
import type { PeerAction, PeerOptions, SdpClient, SdpPeer } from './sdp-peer.ts';

interface PublishScenario extends PeerOptions {
  name: string;
  /** Each step is followed by an offer, our answer, and the client's taking it. */
  steps: { name: string; actions: PeerAction[] }[];
  /** What the room carries; everything by default. */
  codecs?: string[];
}

/** The publish connections that every client has to get through. */
export const publishScenarios: PublishScenario[] = [
  { name: 'microphone', steps: [{ name: 'only', actions: ['addMicrophone'] }] },
  { name: 'microphone-camera', steps: [{ name: 'only', actions: ['addMicrophone', 'addCamera'] }] },
  { name: 'simulcast', steps: [{ name: 'only', actions: ['addMicrophone', 'addSimulcastCamera'] }] },
  { name: 'screen', steps: [{ name: 'only', actions: ['addScreenWithAudio'] }] },
  { name: 'data', steps: [{ name: 'only', actions: ['addMicrophone', 'addCamera', 'addDataChannel'] }] },
  {
    name: 'data-first',
    steps: [
      { name: 'alone', actions: ['addDataChannel'] },
      { name: 'with-media', actions: ['addMicrophone', 'addCamera'] },
    ],
  },
  {
    name: 'tracks',
    steps: [
      { name: 'first', actions: ['addMicrophone', 'addCamera'] },
      { name: 'added', actions: ['addScreenWithAudio'] },
      { name: 'removed', actions: ['removeCamera'] },
    ],
  },
  {
    name: 'simulcast-removed',
    steps: [
      { name: 'first', actions: ['addMicrophone', 'addSimulcastCamera'] },
      { name: 'removed', actions: ['removeCamera'] },
      { name: 'added', actions: ['addSimulcastCamera'] },
    ],
  },
  {
    name: 'recycled',
    steps: [
      { name: 'first', actions: ['addMicrophone', 'addCamera'] },
      { name: 'stopped', actions: ['stopCamera'] },
      { name: 'recycled', actions: ['addCamera'] },
    ],
  },
  {
    name: 'only-section-recycled',
    bundlePolicy: 'balanced',
    steps: [
      { name: 'first', actions: ['addCamera'] },
      { name: 'stopped', actions: ['stopCamera'] },
      { name: 'recycled', actions: ['addCamera'] },
    ],
  },
  {
    name: 'ice-restart',
    steps: [
      { name: 'first', actions: ['addMicrophone', 'addCamera'] },
      { name: 'restarted', actions: ['restartIce'] },
    ],
  },
  {
    name: 'refused-video',
    codecs: ['audio/opus'],
    steps: [{ name: 'only', actions: ['addMicrophone', 'addCamera'] }],
  },
  {
    name: 'refused-simulcast',
    codecs: ['audio/opus'],
    steps: [
      { name: 'first', actions: ['addMicrophone', 'addSimulcastCamera'] },
      { name: 'again', actions: ['addScreenWithAudio'] },
    ],
  },
  {
    name: 'refused-first',
    codecs: ['audio/opus'],
    steps: [{ name: 'only', actions: ['addCamera', 'addMicrophone'] }],
  },
];

export function supportedScenarios(client: Pick<SdpClient, 'unsupported'>): PublishScenario[] {
  const isSupported = (action: PeerAction) => !client.unsupported.includes(action);
  return publishScenarios.filter(({ steps }) => steps.every(({ actions }) => actions.every(isSupported)));
}

export interface PublishedStep {
  name: string;
  offer: string;
  answer: string;
}

/** Leads one peer of a client through a scenario; rejects with the client's words when it does not take an answer. */
export async function runPublishScenario(client: SdpClient, scenario: PublishScenario): Promise<PublishedStep[]> {
  const peer = await client.openPeer(scenario);
  try {
    return await runSteps(peer, scenario);
  } finally {
    await peer.close();
  }
}

async function runSteps(peer: SdpPeer, { steps, codecs }: PublishScenario): Promise<PublishedStep[]> {
  const router = routerCapabilities(codecs);
  const published: PublishedStep[] = [];
  for (const [sessionVersion, { name, actions }] of steps.entries()) {
    for (const action of actions) await peer.perform(action);
    const offer = await peer.createOffer();
    const answer = answerPublishOffer(parseClientDescription(offer, 'offer'), router, sessionVersion);
    await peer.acceptAnswer(answer);
    published.push({ name, offer, answer });
  }
  return published;
}

/** Answers as the SFU does: every section that is sent and has a common codec is accepted. */
function answerPublishOffer(offer: ClientDescription, router: RouterCapabilities, sessionVersion = 0): string {
  const sections = new Map<string, RtpParameters>();
  for (const section of offer.sections) {
    const parameters = section.live ? sendingRtpParameters(section, router) : undefined;
    if (parameters) sections.set(section.mid, parameters);
  }
  return writePublishAnswer({ offer, transport: fakeTransport, sessionVersion, sections, startBitrateKbps: 1500 });
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sdpClients } from '../support/sdp-peers/clients.ts';
import { publishScenarios, runPublishScenario, supportedScenarios } from '../support/sdp-peers/publish-scenarios.ts';
import type { SdpClient, SdpClientName } from '../support/sdp-peers/sdp-peer.ts';
import {
  runSubscribeScenario,
  type SubscribedStep,
  subscribeScenarios,
} from '../support/sdp-peers/subscribe-scenarios.ts';

/** H.264 in Firefox is a plugin that Debian does not package; GStreamer and aiortc bring their own. */
const refusingH264: SdpClientName[] = ['firefox'];

/** Simulcast by rid, stopped sections and ICE restarts are what browsers do beyond the others. */
const browserOnly = [
  'simulcast',
  'simulcast-removed',
  'recycled',
  'only-section-recycled',
  'ice-restart',
  'refused-simulcast',
];

function sectionOf(steps: SubscribedStep[], mid: string) {
  return steps.at(-1)?.read.sections.find((section) => section.mid === mid);
}

describe.each(['chromium', 'firefox', 'aiortc', 'gstreamer'] as const)('%s', (name) => {
  let client: SdpClient;
  beforeAll(async () => {
    client = await sdpClients[name]();
  });
  afterAll(() => client.close());

  it('is led through every scenario but those only browsers can do', () => {
    const left = publishScenarios.filter((scenario) => !supportedScenarios(client).includes(scenario));
    expect(left.map((scenario) => scenario.name).sort()).toEqual(
      name === 'chromium' || name === 'firefox' ? [] : browserOnly.toSorted(),
    );
  });

  it.each(publishScenarios)('takes our answers when it publishes: $name', async (scenario) => {
    if (!supportedScenarios(client).includes(scenario)) return expect(browserOnly).toContain(scenario.name);
    const steps = await runPublishScenario(client, scenario);
    expect(steps.map((step) => step.name)).toEqual(scenario.steps.map((step) => step.name));
  });

  const bearable = subscribeScenarios.filter(({ throwing }) => !throwing?.includes(name));
  it.each(bearable)('answers our offers when it subscribes: $name', async (scenario) => {
    const steps = await runSubscribeScenario(client, scenario);
    expect(steps).toHaveLength(scenario.steps.length);
    const offered = scenario.steps.at(-1)?.tracks ?? [];
    for (const [index, { mimeType }] of offered.entries()) {
      const accepted = sectionOf(steps, String(index))?.accepted;
      expect(accepted, mimeType).toBe(!(mimeType === 'video/H264' && refusingH264.includes(name)));
    }
  });

  const unbearable = subscribeScenarios.filter(({ throwing }) => throwing?.includes(name));
  it.skipIf(unbearable.length === 0)('still throws where the documentation says so', async () => {
    for (const scenario of unbearable) {
      await expect(runSubscribeScenario(client, scenario), scenario.name).rejects.toThrow();
    }
  });
});

import { describe, expect, it } from 'vitest';
import { sdpFixture } from '../../test/support/sdp-fixtures.ts';
import { routerCapabilities } from '../../test/support/sdp-peers/router.ts';
import { subscribeScenarios, subscribeSection } from '../../test/support/sdp-peers/subscribe-scenarios.ts';
import { readSubscribeAnswer } from './read-subscribe-answer.ts';
import type { SubscribeSection } from './types.ts';

const router = routerCapabilities();

/** What was offered when the answer of a scenario's step was recorded. */
function offeredAt(scenarioName: string, stepName: string): SubscribeSection[] {
  const scenario = subscribeScenarios.find(({ name }) => name === scenarioName);
  const step = scenario?.steps.find(({ name }) => name === stepName);
  if (!step) throw new Error(`${scenarioName} has no step ${stepName}`);
  return step.tracks.map((track, index) => subscribeSection(track, index, router));
}

function readFixture(client: string, scenario: string, step = 'only', change = (sdp: string) => sdp) {
  const sdp = change(sdpFixture(`${client}/subscribe.${scenario}.${step}.answer`));
  return readSubscribeAnswer(sdp, offeredAt(scenario, step));
}

const problem = (reason: string) => expect.objectContaining({ code: 'invalidSdp', data: { reason } });

const recorded = ['chromium', 'firefox', 'aiortc', 'gstreamer'].flatMap((client) =>
  subscribeScenarios
    .filter(({ throwing }) => !throwing?.some((name) => name === client))
    .flatMap(({ name, steps }) =>
      steps.map((step) => ({ client, scenario: name, step: step.name, tracks: step.tracks })),
    ),
);

describe('readSubscribeAnswer of recorded answers', () => {
  it.each(recorded)('reads what $client accepts of $scenario, $step', ({ client, scenario, step, tracks }) => {
    const { sections, ice, dtls } = readFixture(client, scenario, step);
    for (const [index, { mimeType, unused }] of tracks.entries()) {
      const refused = client === 'firefox' && mimeType === 'video/H264';
      const section = sections[index];
      expect(section?.accepted).toBe(!refused);
      expect(section?.direction).toBe(unused || refused ? 'inactive' : 'recvonly');
      expect(section?.codecs).toHaveLength(refused ? 0 : 1);
    }
    const anything = sections.some(({ description }) => !description.stopped);
    expect(ice !== undefined).toBe(anything);
    expect(dtls?.role).toBe(anything ? 'client' : undefined);
  });

  it('tells which repair and feedback each client kept', () => {
    const videoOf = (client: string) => readFixture(client, 'vp8').sections[1];
    expect(videoOf('chromium')).toMatchObject({
      rtx: true,
      feedback: { nack: true, pli: true, fir: true, transportCc: true, remb: false },
    });
    expect(videoOf('firefox')).toMatchObject({ rtx: true, feedback: { nack: true, pli: true, transportCc: true } });
    expect(videoOf('aiortc')).toMatchObject({ rtx: true, feedback: { nack: true, pli: true, transportCc: false } });
    expect(videoOf('gstreamer')).toMatchObject({
      rtx: false,
      feedback: { nack: false, pli: true, transportCc: false },
    });
  });

  it('tells which extensions each client kept', () => {
    const idsOf = (client: string) => readFixture(client, 'vp8').sections[1]?.headerExtensionIds;
    expect(idsOf('chromium')).toEqual([1, 4, 5, 8, 9, 11]);
    expect(idsOf('aiortc')).toEqual([1, 4]);
    expect(idsOf('gstreamer')).toEqual([]);
  });

  it('has no transport when Firefox refuses all there is', () => {
    const { ice, dtls, sections } = readFixture('firefox', 'h264-only');
    expect(ice).toBeUndefined();
    expect(dtls).toBeUndefined();
    expect(sections).toMatchObject([{ mid: '0', accepted: false, codecs: [], rtx: false }]);
  });
});

describe('readSubscribeAnswer of other answers', () => {
  it('is not accepted when the client does not want to receive', () => {
    const declined = (sdp: string) => sdp.replace('a=recvonly\r\n', 'a=inactive\r\n');
    expect(readFixture('chromium', 'vp8', 'only', declined).sections.map(({ accepted }) => accepted)).toEqual([
      false,
      true,
    ]);
  });

  it('tells that a client dropped RTX or the mid extension', () => {
    const dropped = (sdp: string) =>
      sdp
        .replace('SAVPF 101 102', 'SAVPF 101')
        .replace(/^a=(rtpmap|fmtp):102.*\r\n/gm, '')
        .replace(/^a=extmap:1 .*\r\n/gm, '');
    const [, video] = readFixture('chromium', 'vp8', 'only', dropped).sections;
    expect(video).toMatchObject({ accepted: true, rtx: false });
    expect(video?.headerExtensionIds).not.toContain(1);
  });

  it('does not count a codec under another payload type, nor another codec under the same', () => {
    const renumbered = (sdp: string) => sdp.replaceAll(/\b101\b/g, '96');
    const renamed = (sdp: string) => sdp.replace('101 VP8/90000', '101 VP9/90000');
    for (const change of [renumbered, renamed]) {
      expect(readFixture('chromium', 'vp8', 'only', change).sections[1]).toMatchObject({ accepted: false, codecs: [] });
    }
  });

  it('refuses an answer to something else', () => {
    const sdp = sdpFixture('chromium/subscribe.vp8.only.answer');
    expect(() => readSubscribeAnswer(sdp, offeredAt('audio', 'only'))).toThrow(problem('mismatch'));
    expect(() => readSubscribeAnswer(sdp, offeredAt('vp8', 'only').toReversed())).toThrow(problem('mismatch'));
    const offered = offeredAt('vp8', 'only').map((section) => ({ ...section, mid: `x${section.mid}` }));
    expect(() => readSubscribeAnswer(sdp, offered)).toThrow(problem('mismatch'));
  });

  it('refuses an answer that leaves the DTLS role open', () => {
    const open = (sdp: string) => sdp.replaceAll('a=setup:active', 'a=setup:actpass');
    expect(() => readFixture('chromium', 'vp8', 'only', open)).toThrow(problem('badSetup'));
  });
});

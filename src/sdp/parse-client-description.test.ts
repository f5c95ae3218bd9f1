import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sdpFixture, sdpFixtures } from '../../test/support/sdp-fixtures.ts';
import { CrosspointError } from '../shared/errors.ts';
import { parseClientDescription } from './parse-client-description.ts';

const problem = (reason: string) => expect.objectContaining({ code: 'invalidSdp', data: { reason } });

const offerOf = (name: string) => parseClientDescription(sdpFixture(`${name}.offer`), 'offer');
const microphoneCamera = sdpFixture('chromium/publish.microphone-camera.only.offer');

describe('parseClientDescription of recorded descriptions', () => {
  it.each(sdpFixtures())('reads $name', ({ sdp, kind }) => {
    const { sections, ice, dtls } = parseClientDescription(sdp, kind);
    expect(sections).toHaveLength(sdp.match(/^m=/gm)?.length ?? 0);
    for (const section of sections.filter(({ live }) => live && sections.length > 0)) {
      expect(section.bundled).toBe(true);
      if (section.kind === 'audio' || section.kind === 'video') expect(section.codecs.length).toBeGreaterThan(0);
    }
    if (sections.some(({ stopped }) => !stopped)) {
      expect(ice.usernameFragment).not.toBe('');
      expect(dtls.fingerprints[0]?.algorithm).toBe('sha-256');
    }
  });

  it('reads Firefox and GStreamer sections with port 0 and bundle-only as live', () => {
    for (const name of ['firefox/publish.tracks.added', 'gstreamer/publish.tracks.added']) {
      const sdp = sdpFixture(`${name}.offer`);
      expect(sdp).toContain('a=bundle-only');
      expect(parseClientDescription(sdp, 'offer').sections.map(({ live }) => live)).toEqual([true, true, true, true]);
    }
  });

  it('reads stopped sections as given up, without a transport when nothing else is left', () => {
    for (const client of ['chromium', 'firefox']) {
      const stopped = offerOf(`${client}/publish.recycled.stopped`);
      expect(stopped.sections.map(({ stopped: isStopped, live }) => [isStopped, live])).toEqual([
        [false, true],
        [true, false],
      ]);
      const nothing = offerOf(`${client}/publish.only-section-recycled.stopped`);
      expect(nothing.dtls.fingerprints).toEqual([]);
      expect(nothing.ice).toEqual({ usernameFragment: '', password: '' });
    }
  });

  it('reads removed tracks as sections that are not live and not stopped', () => {
    const { sections } = offerOf('chromium/publish.tracks.removed');
    expect(sections.filter(({ direction }) => direction === 'inactive')).toMatchObject([
      { live: false, stopped: false },
    ]);
  });

  it('takes the credentials of the BUNDLE tag where aiortc writes others for each section', () => {
    const sdp = sdpFixture('aiortc/publish.microphone-camera.only.offer');
    const ufrags = [...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map((match) => match[1]);
    expect(new Set(ufrags).size).toBe(2);
    expect(parseClientDescription(sdp, 'offer').ice.usernameFragment).toBe(ufrags[0]);
  });

  it('reads new credentials after an ICE restart', () => {
    for (const client of ['chromium', 'firefox']) {
      const before = offerOf(`${client}/publish.ice-restart.first`);
      const after = offerOf(`${client}/publish.ice-restart.restarted`);
      expect(after.ice.usernameFragment).not.toBe(before.ice.usernameFragment);
      expect(after.dtls).toEqual(before.dtls);
    }
  });

  it('reads simulcast of both browsers', () => {
    for (const client of ['chromium', 'firefox']) {
      expect(offerOf(`${client}/publish.simulcast.only`).sections[1]?.rids.map(({ rid }) => rid)).toEqual([
        'l',
        'm',
        'h',
      ]);
    }
  });

  it('reads data sections of both syntaxes', () => {
    expect(offerOf('aiortc/publish.data.only').sections[2]?.sctp).toEqual({ map: '5000 webrtc-datachannel 65535' });
    expect(offerOf('chromium/publish.data.only').sections[2]?.sctp).toEqual({ port: 5000 });
  });

  it('reads text mids, and names of streams in braces', () => {
    expect(offerOf('gstreamer/publish.microphone-camera.only').sections.map(({ mid }) => mid)).toEqual([
      'audio0',
      'video1',
    ]);
    expect(offerOf('firefox/publish.microphone.only').sections[0]?.msid).toMatch(/^\{\S+\} \{\S+\}$/);
  });
});

describe('parseClientDescription of unusable descriptions', () => {
  const changed = (from: string | RegExp, to: string) => () =>
    parseClientDescription(microphoneCamera.replaceAll(new RegExp(from, 'gm'), to), 'offer');

  it.each([
    ['no mid', '^a=mid:0\r\n', '', 'badMid'],
    ['an impossible mid', '^a=mid:0', 'a=mid:a b', 'badMid'],
    ['one mid twice', '^a=mid:1', 'a=mid:0', 'badMid'],
    ['no BUNDLE group', '^a=group:.*\r\n', '', 'badBundle'],
    ['a section outside the group', '^a=group:BUNDLE 0 1', 'a=group:BUNDLE 0', 'badBundle'],
    ['no ICE credentials', '^a=ice-ufrag:.*\r\n', '', 'badIce'],
    ['an ICE-lite client', '^t=0 0', 't=0 0\r\na=ice-lite', 'badIce'],
    ['no fingerprint', '^a=fingerprint:.*\r\n', '', 'badFingerprint'],
    ['no DTLS role', '^a=setup:.*\r\n', '', 'badSetup'],
    ['RTCP on a port of its own', '^a=rtcp-mux\r\n', '', 'noRtcpMux'],
    ['a malformed m-line', '^m=audio.*', 'm=audio', 'badSection'],
    ['a port that is no number', '^m=audio 9', 'm=audio x', 'badSection'],
    ['an m-line with markup', '^m=audio (.*)', 'm=audio $1 <script>', 'badSection'],
  ])('refuses %s', (_name, from, to, reason) => {
    expect(changed(from, to)).toThrow(problem(reason));
  });

  it('refuses an answer that leaves the DTLS role open', () => {
    expect(() => parseClientDescription(microphoneCamera, 'answer')).toThrow(problem('badSetup'));
  });

  it('takes a single section without a BUNDLE group', () => {
    const sdp = sdpFixture('chromium/publish.microphone.only.offer').replace(/^a=group:.*\r\n/m, '');
    expect(parseClientDescription(sdp, 'offer')).toMatchObject({
      bundle: [],
      sections: [{ live: true, bundled: false }],
    });
  });

  it('takes the direction of the session where a section has none, and sendrecv where nobody says', () => {
    const without = sdpFixture('chromium/publish.microphone.only.offer').replace('a=sendonly\r\n', '');
    const directionOf = (sdp: string) => parseClientDescription(sdp, 'offer').sections[0]?.direction;
    expect(directionOf(without)).toBe('sendrecv');
    expect(directionOf(without.replace('t=0 0', 't=0 0\r\na=inactive'))).toBe('inactive');
  });
});

/** Changes that hostile or broken clients might make: lines dropped, doubled, swapped, cut, and characters replaced. */
const mutation = fc.record({
  kind: fc.constantFrom('drop', 'double', 'swap', 'cut', 'character', 'insert'),
  at: fc.nat(),
  to: fc.nat(),
  text: fc.string({ maxLength: 40 }),
});

function mutate(sdp: string, changes: { kind: string; at: number; to: number; text: string }[]): string {
  const lines = sdp.split('\r\n');
  for (const { kind, at, to, text } of changes) {
    const index = at % lines.length;
    const line = lines[index] ?? '';
    if (kind === 'drop') lines.splice(index, 1);
    else if (kind === 'double') lines.splice(to % lines.length, 0, line);
    else if (kind === 'swap') [lines[index], lines[to % lines.length]] = [lines[to % lines.length] ?? '', line];
    else if (kind === 'cut') lines[index] = line.slice(0, to % (line.length + 1));
    else if (kind === 'insert') lines[index] = line.slice(0, to % (line.length + 1)) + text;
    else lines[index] = line.replace(line[to % (line.length || 1)] ?? '', text);
  }
  return lines.join('\r\n');
}

describe('parseClientDescription of mutated descriptions', () => {
  it('reads them or throws its one error, and never takes long', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sdpFixtures()),
        fc.array(mutation, { minLength: 1, maxLength: 12 }),
        ({ sdp, kind }, changes) => {
          const begin = performance.now();
          try {
            const { sections } = parseClientDescription(mutate(sdp, changes), kind);
            expect(sections.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(CrosspointError);
            expect(error).toMatchObject({ code: 'invalidSdp' });
          }
          expect(performance.now() - begin).toBeLessThan(2000);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('bears the largest description that the limits let through', () => {
    const line = `a=ssrc:1 cname:${'x'.repeat(200)}\n`;
    const section = `m=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:0\n${line.repeat(1000)}`;
    const begin = performance.now();
    expect(() => parseClientDescription(`v=0\n${section}`, 'offer')).toThrow(CrosspointError);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { LocalTrack } from '../../client/index.ts';
import { PublishedSource } from './published-source.ts';

/** Enough of a MediaStreamTrack for a LocalTrack, which reads its kind only. */
const mediaTrack = (id: string) => Object.assign(new EventTarget(), { id, kind: 'video' }) as MediaStreamTrack;

function setUp() {
  const steps: string[] = [];
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
  const owner = {
    async setMuted(track: LocalTrack, muted: boolean) {
      await pause();
      track.muted = muted;
      steps.push(muted ? 'mute' : 'unmute');
    },
    async replace(track: LocalTrack, next: MediaStreamTrack) {
      await pause();
      track.mediaTrack = next;
      steps.push(`replace ${next.id}`);
    },
    async unpublish(track: LocalTrack) {
      track.live = false;
    },
  };
  const publish = vi.fn(async (track: MediaStreamTrack, options: { muted?: boolean } = {}) => {
    await pause();
    steps.push(`publish ${track.id}${options.muted ? ' muted' : ''}`);
    return new LocalTrack(owner, track, options);
  });
  const onError = vi.fn();
  const client = { publish } as unknown as ConstructorParameters<typeof PublishedSource>[0]['client'];
  const source = new PublishedSource({ client, publishOptions: () => ({}), onError });
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await pause();
    return steps;
  };
  return { source, publish, onError, settled };
}

describe('PublishedSource', () => {
  it('publishes nothing while there is no track', async () => {
    const { source, settled } = setUp();
    source.desire({ mediaTrack: null, isOn: true });
    expect(await settled()).toEqual([]);
  });

  it('publishes a muted microphone as muted', async () => {
    const { source, settled } = setUp();
    source.desire({ mediaTrack: mediaTrack('a'), isOn: false });
    expect(await settled()).toEqual(['publish a muted']);
  });

  it('mutes before the device is gone, and replaces before it unmutes', async () => {
    const { source, settled } = setUp();
    source.desire({ mediaTrack: mediaTrack('a'), isOn: true });
    await settled();
    source.desire({ mediaTrack: null, isOn: false });
    await settled();
    source.desire({ mediaTrack: mediaTrack('b'), isOn: true });
    expect(await settled()).toEqual(['publish a', 'mute', 'replace b', 'unmute']);
  });

  it('ends in the state asked for last, however fast it was toggled', async () => {
    const { source, settled } = setUp();
    const track = mediaTrack('a');
    for (const isOn of [true, false, true, false]) source.desire({ mediaTrack: track, isOn });
    const steps = await settled();
    expect(steps[0]).toContain('publish a');
    expect(steps.filter((step) => step.startsWith('publish'))).toHaveLength(1);
    expect(steps.at(-1)).toMatch(/mute$|muted$/);
  });

  it('publishes anew after the server ended the track', async () => {
    const { source, publish, settled } = setUp();
    const track = mediaTrack('a');
    source.desire({ mediaTrack: track, isOn: true });
    await settled();
    source.forget(await publish.mock.results[0]?.value);
    source.desire({ mediaTrack: track, isOn: true });
    expect(await settled()).toEqual(['publish a', 'publish a']);
  });

  it('reports a failure once and tries again at the next wish', async () => {
    const { source, publish, onError, settled } = setUp();
    publish.mockRejectedValueOnce(new Error('no'));
    source.desire({ mediaTrack: mediaTrack('a'), isOn: true });
    await settled();
    expect(onError).toHaveBeenCalledTimes(1);
    source.desire({ mediaTrack: mediaTrack('a'), isOn: true });
    expect(await settled()).toEqual(['publish a']);
  });
});

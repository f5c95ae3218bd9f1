import { describe, expect, it } from 'vitest';
import { Capture } from './capture.ts';

/** What a Capture needs of a MediaStreamTrack. */
class FakeTrack extends EventTarget {
  isStopped = false;

  stop(): void {
    this.isStopped = true;
  }
}

const asTrack = (track: FakeTrack) => track as unknown as MediaStreamTrack;
const opens = (track: FakeTrack) => async () => asTrack(track);

describe('Capture', () => {
  it('holds the opened track and says so while it starts', async () => {
    const capture = new Capture();
    const track = new FakeTrack();
    const started = capture.start(opens(track));
    expect(capture.starting.value).toBe(true);
    expect(await started).toBe(track);
    expect(capture.track.value).toBe(track);
    expect(capture.starting.value).toBe(false);
  });

  it('names the problem when the device cannot be opened, until the next attempt', async () => {
    const capture = new Capture();
    await capture.start(async () => {
      throw new DOMException('', 'NotReadableError');
    });
    expect(capture.problem.value).toBe('inUse');
    await capture.start(opens(new FakeTrack()));
    expect(capture.problem.value).toBeNull();
  });

  it('stops a track that arrives after it was turned off again', async () => {
    const capture = new Capture();
    const track = new FakeTrack();
    const started = capture.start(opens(track));
    capture.stop();
    expect(await started).toBeNull();
    expect(track.isStopped).toBe(true);
    expect(capture.track.value).toBeNull();
  });

  it('keeps the newer of two attempts and frees the older device', async () => {
    const capture = new Capture();
    const [older, newer] = [new FakeTrack(), new FakeTrack()];
    const gate = Promise.withResolvers<void>();
    const first = capture.start(async () => {
      await gate.promise;
      return asTrack(older);
    });
    await capture.start(opens(newer));
    gate.resolve();
    await first;
    expect(capture.track.value).toBe(newer);
    expect(older.isStopped).toBe(true);
  });

  it('notices that a device was unplugged', async () => {
    const capture = new Capture();
    const track = new FakeTrack();
    await capture.start(opens(track));
    track.dispatchEvent(new Event('ended'));
    expect(capture.track.value).toBeNull();
    expect(capture.problem.value).toBe('notFound');
  });

  it('does not care about the end of a device that it has replaced', async () => {
    const capture = new Capture();
    const [older, newer] = [new FakeTrack(), new FakeTrack()];
    await capture.start(opens(older));
    await capture.start(opens(newer));
    older.dispatchEvent(new Event('ended'));
    expect(older.isStopped).toBe(true);
    expect(capture.track.value).toBe(newer);
    expect(capture.problem.value).toBeNull();
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sfuLimits } from '../shared/limits.ts';
import { type Speaker, Speakers } from './speakers.ts';

const interval = sfuLimits.audioLevelIntervalMs;

describe('Speakers', () => {
  const node = {};
  let told: Speaker[][];
  let speakers: Speakers;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    speakers = new Speakers((now) => told.push(now));
  });

  afterEach(() => {
    speakers.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('tells a voice at once', () => {
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -20 }]);
    expect(told).toHaveLength(1);
    expect(told[0]?.[0]).toMatchObject({ participant: 'ann' });
    expect(told[0]?.[0]?.level).toBeGreaterThan(0.3);
  });

  it('lists the loudest first, whichever node hears them', () => {
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -40 }]);
    speakers.handleLoudness({}, [{ participantId: 'bea', decibels: -10 }]);
    vi.advanceTimersByTime(interval * 2);
    expect(told.at(-1)?.map(({ participant }) => participant)).toEqual(['bea', 'ann']);
  });

  it('keeps levels between 0 and 1, also for what is over full scale', () => {
    speakers.handleLoudness(node, [
      { participantId: 'ann', decibels: 3 },
      { participantId: 'bea', decibels: -127 },
    ]);
    vi.advanceTimersByTime(interval * 10);
    for (const { level } of told.flat()) expect(level).toBeGreaterThanOrEqual(0);
    for (const { level } of told.flat()) expect(level).toBeLessThanOrEqual(1);
  });

  it('says nothing while a voice stays as loud as it is', () => {
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -20 }]);
    vi.advanceTimersByTime(interval * 10);
    const before = told.length;
    vi.advanceTimersByTime(interval * 20);
    expect(told).toHaveLength(before);
  });

  it('bridges the pause between two words', () => {
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -20 }]);
    speakers.handleLoudness(node, []);
    vi.advanceTimersByTime(interval * 2);
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -20 }]);
    vi.advanceTimersByTime(interval * 2);
    expect(told.every((now) => now.length === 1)).toBe(true);
  });

  it('tells silence once and then rests', () => {
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -20 }]);
    speakers.handleLoudness(node, []);
    vi.advanceTimersByTime(sfuLimits.speakerHoldMs + interval * 3);
    expect(told.at(-1)).toEqual([]);
    expect(told.filter((now) => now.length === 0)).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('forgets a participant whose microphone is gone, even while a node still reports it', () => {
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -20 }]);
    speakers.forgetParticipant('ann');
    vi.advanceTimersByTime(interval);
    expect(told.at(-1)).toEqual([]);
  });

  it('lets those fade whose node is gone', () => {
    speakers.handleLoudness(node, [{ participantId: 'ann', decibels: -20 }]);
    speakers.forgetSource(node);
    vi.advanceTimersByTime(sfuLimits.speakerHoldMs + interval * 2);
    expect(told.at(-1)).toEqual([]);
  });

  it('tells no more than its number of speakers', () => {
    const crowd = Array.from({ length: 20 }, (_, at) => ({ participantId: `p${at}`, decibels: -20 }));
    speakers.handleLoudness(node, crowd);
    expect(told[0]).toHaveLength(sfuLimits.speakers);
  });
});

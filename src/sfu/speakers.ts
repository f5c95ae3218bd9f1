import { sfuLimits } from '../shared/limits.ts';
import type { Loudness } from './room-node.ts';

export interface Speaker {
  participant: string;
  /** 0 is the threshold of silence, 1 full scale; even steps of loudness, not of amplitude. */
  level: number;
}

interface Heard {
  level: number;
  heardAtMs: number;
}

/** How much of a new measurement counts: a voice is seen at once and fades. */
const rising = 0.7;
const falling = 0.3;

/**
 * Who is speaking. Measurements come from every node of the room; a timer that runs only while somebody is audible smooths
 * them and tells a change.
 */
export class Speakers {
  readonly #tell: (speakers: Speaker[]) => void;
  readonly #heard = new Map<string, Heard>();
  readonly #measured = new Map<object, Loudness[]>();
  #told: Speaker[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (speakers: Speaker[]) => void) {
    this.#tell = tell;
  }

  /** Takes the measurements of one node; they hold until the next ones of that node. */
  handleLoudness(source: object, loudness: Loudness[]): void {
    this.#measured.set(source, loudness);
    if (this.#timer || loudness.length === 0) return;
    this.#timer = setInterval(() => this.tick(performance.now()), sfuLimits.audioLevelIntervalMs);
    this.tick(performance.now());
  }

  /** A participant's microphone is gone. */
  forgetParticipant(participantId: string): void {
    this.#heard.delete(participantId);
    for (const [source, loudness] of this.#measured) {
      this.#measured.set(
        source,
        loudness.filter((entry) => entry.participantId !== participantId),
      );
    }
  }

  /** A node is gone; its participants fade like anybody who falls silent. */
  forgetSource(source: object): void {
    this.#measured.delete(source);
  }

  /** One step of smoothing; the timer's own business, and the tests'. */
  tick(nowMs: number): void {
    for (const [participant, heard] of this.#heard) {
      if (nowMs - heard.heardAtMs > sfuLimits.speakerHoldMs) this.#heard.delete(participant);
    }
    const now = new Map([...this.#measured.values()].flat().map((entry) => [entry.participantId, entry.decibels]));
    for (const participant of this.#heard.keys()) if (!now.has(participant)) this.#fade(participant);
    for (const [participant, decibels] of now) this.#hear(participant, decibels, nowMs);
    this.#tellChange();
    if (this.#heard.size === 0) this.#stop();
  }

  close(): void {
    this.#stop();
    this.#heard.clear();
    this.#measured.clear();
  }

  #hear(participant: string, decibels: number, nowMs: number): void {
    const level = 1 - Math.min(Math.max(decibels, sfuLimits.silenceDb), 0) / sfuLimits.silenceDb;
    const before = this.#heard.get(participant)?.level ?? 0;
    const weight = level > before ? rising : falling;
    this.#heard.set(participant, { level: before + (level - before) * weight, heardAtMs: nowMs });
  }

  #fade(participant: string): void {
    const heard = this.#heard.get(participant);
    if (heard) heard.level *= 1 - falling;
  }

  #tellChange(): void {
    const speakers = [...this.#heard]
      .map(([participant, { level }]) => ({ participant, level: Math.round(level * 100) / 100 }))
      .sort((one, other) => other.level - one.level)
      .slice(0, sfuLimits.speakers);
    if (!differs(speakers, this.#told)) return;
    this.#told = speakers;
    this.#tell(speakers);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** True when others speak, in another order, or somebody became clearly louder or quieter. */
function differs(speakers: Speaker[], told: Speaker[]): boolean {
  if (speakers.length !== told.length) return true;
  return speakers.some(({ participant, level }, index) => {
    const before = told[index];
    return before?.participant !== participant || Math.abs(before.level - level) >= sfuLimits.speakerLevelStep;
  });
}

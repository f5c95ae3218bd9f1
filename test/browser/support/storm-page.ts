import { fileURLToPath } from 'node:url';
import type { SeenParticipant } from '../../integration/resilience/support/seen.ts';
import type { TalkerReport } from '../../integration/resilience/support/talker.ts';
import type { StreamReport } from './reception.ts';

/** The program of a storm's tabs; `serveClientPage` bundles it. */
export const stormPageScript = fileURLToPath(new URL('./storm-page-script.ts', import.meta.url));

declare global {
  interface Window {
    /** What the page's script offers to the test; see storm-page-script.ts. */
    storm: StormPage;
  }
}

export interface TabReport extends TalkerReport {
  streams: StreamReport[];
  /** Changes of the own tracks that failed, in words. */
  mediaFaults: string[];
  changes: number;
  ownTracks: SeenParticipant['tracks'];
}

export interface StormPage {
  /** Joins, and publishes camera and microphone. */
  enter(options: { url: string; room: string; name: string }): Promise<void>;
  /** Talks, and shares, mutes and takes back a screen now and then. */
  live(options: { untilMs: number; seed: number }): Promise<void>;
  isJoined(): boolean;
  /** Every track that somebody else publishes and has not muted was decoded within the last second. */
  receivesAll(): boolean;
  /** Resolves when the message `done` has come. */
  done(): Promise<void>;
  report(): TabReport;
}

import type { Metadata } from '../../../../src/client/index.ts';

interface SeenTrack {
  id: string;
  source: string;
  muted: boolean;
}

/** A participant as others see them, in a form in which the server's and the clients' views can be compared. */
export interface SeenParticipant {
  id: string;
  name: string;
  metadata: Metadata;
  state: string;
  tracks: SeenTrack[];
}

const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);

/** Leaves out what the views do not have in common, and the order, which means nothing. */
export function seenBy(participants: readonly SeenParticipant[]): SeenParticipant[] {
  const seen = participants.map(({ id, name, metadata, state, tracks }) => ({
    ...{ id, name, metadata, state },
    tracks: tracks.map(({ id, source, muted }) => ({ id, source, muted })).toSorted(byId),
  }));
  return seen.toSorted(byId);
}

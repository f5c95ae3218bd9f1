interface SpeakerLevel {
  readonly participant: string;
  readonly level: number;
}

export interface ActiveSpeaker {
  readonly participantId: string | null;
  /** When the current one took the floor, in milliseconds. */
  readonly since: number;
}

/** Shorter interjections do not move the large picture. */
const minFloorMs = 1500;

export interface FloorChange {
  readonly current: ActiveSpeaker;
  readonly speakers: readonly SpeakerLevel[];
  readonly selfId: string | null;
  readonly now: number;
}

/** Who has the floor: the loudest other person, kept while they speak and for a moment after taking it. */
export function nextActiveSpeaker({ current, speakers, selfId, now }: FloorChange): ActiveSpeaker {
  const others = speakers.filter((speaker) => speaker.participant !== selfId);
  const [loudest] = others;
  if (loudest === undefined || loudest.participant === current.participantId) return current;
  const stillSpeaking = others.some((speaker) => speaker.participant === current.participantId);
  if (stillSpeaking && now - current.since < minFloorMs) return current;
  return { participantId: loudest.participant, since: now };
}

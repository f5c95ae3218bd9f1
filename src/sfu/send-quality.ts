import type { QualitySource } from './quality.ts';
import type { RoomTrack } from './room-track.ts';

/** How well a track reaches the server: its best stream, because senders leave out simulcast layers on purpose. */
export function sendQuality({ producer, participantId }: RoomTrack): QualitySource {
  return {
    participant: participantId,
    direction: 'send',
    score: () => {
      if (producer.paused || producer.closed || producer.score.length === 0) return undefined;
      return Math.max(...producer.score.map(({ score }) => score));
    },
  };
}

import type { Grants } from '../../protocol/grants.ts';
import type { TrackKind, TrackSource } from '../../protocol/models.ts';

const kindOf: Record<TrackSource, TrackKind> = {
  microphone: 'audio',
  screenAudio: 'audio',
  camera: 'video',
  screen: 'video',
};

/** Whether a session may send such a track. Where sources are named, a track must also be of its source's kind. */
export function mayPublish(
  { publish, hidden }: Grants,
  { source, kind }: { source: TrackSource; kind: TrackKind },
): boolean {
  if (hidden || publish === false) return false;
  return publish === true || (publish.includes(source) && kindOf[source] === kind);
}

/** Whether there is anything at all that a session may send. Nobody could know whose media a hidden session's are. */
export function mayPublishAnything({ publish, hidden }: Grants): boolean {
  return !hidden && publish !== false && (publish === true || publish.length > 0);
}

export type MediaProblem = 'denied' | 'notFound' | 'inUse' | 'unsupported' | 'failed';

const problems: Readonly<Record<string, MediaProblem>> = {
  NotAllowedError: 'denied',
  PermissionDeniedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'notFound',
  DevicesNotFoundError: 'notFound',
  OverconstrainedError: 'notFound',
  NotReadableError: 'inUse',
  TrackStartError: 'inUse',
  AbortError: 'inUse',
  NotSupportedError: 'unsupported',
  TypeError: 'unsupported',
};

/** Says what went wrong when a device was opened (Media Capture and Streams, section 10.2), in terms a person can act on. */
export function mediaProblem(error: unknown): MediaProblem {
  const name = error instanceof Error ? error.name : '';
  return problems[name] ?? 'failed';
}

import type { MediaProblem } from '../model/media-problem.ts';
import { t } from './language.ts';

export type DeviceKey = 'deviceMicrophone' | 'deviceCamera' | 'deviceBoth' | 'deviceScreen';

const titles = {
  denied: 'problemDeniedTitle',
  notFound: 'problemNotFoundTitle',
  inUse: 'problemInUseTitle',
  unsupported: 'problemUnsupportedTitle',
  failed: 'problemFailedTitle',
} as const satisfies Record<MediaProblem, string>;

const texts = {
  denied: 'problemDenied',
  notFound: 'problemNotFound',
  inUse: 'problemInUse',
  unsupported: 'problemUnsupported',
  failed: 'problemFailed',
} as const satisfies Record<MediaProblem, string>;

/** What went wrong with a device, in a few words. */
export function problemTitle(problem: MediaProblem, device: DeviceKey): string {
  return t(titles[problem], { device: t(device) });
}

/** What the person can do about it. */
export function problemAdvice(problem: MediaProblem): string {
  return t(texts[problem]);
}

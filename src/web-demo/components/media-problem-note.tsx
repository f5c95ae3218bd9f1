import { t } from '../i18n/language.ts';
import { type DeviceKey, problemAdvice, problemTitle } from '../i18n/problem-text.ts';
import type { MediaProblem } from '../model/media-problem.ts';
import { Icon } from './icon.tsx';

interface MediaProblemNoteProps {
  readonly problem: MediaProblem;
  readonly device: DeviceKey;
  readonly onRetry: () => void;
}

/** What is wrong with a device and what the person can do. */
export function MediaProblemNote({ problem, device, onRetry }: MediaProblemNoteProps) {
  return (
    <div class="problem" role="alert" data-testid="media-problem" data-problem={problem} data-device={device}>
      <Icon name="warning" size={20} />
      <p>
        <strong>{problemTitle(problem, device)}</strong> {problemAdvice(problem)}
      </p>
      <button type="button" class="button button-small" onClick={onRetry}>
        {t('tryAgain')}
      </button>
    </div>
  );
}

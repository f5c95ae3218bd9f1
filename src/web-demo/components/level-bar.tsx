import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { startLevelMeter } from '../media/level-meter.ts';

interface LevelProps {
  readonly track: MediaStreamTrack | null;
}

/** Calls back fifteen times a second; it writes to the element itself, past the rendering. */
function useLevel(track: MediaStreamTrack | null, onLevel: (level: number) => void): void {
  useEffect(() => {
    if (track !== null) return startLevelMeter(track, onLevel);
  }, [track]);
}

/** How loud our microphone is. */
export function LevelBar({ track }: LevelProps) {
  const bar = useRef<HTMLDivElement>(null);
  const meter = useRef<HTMLMeterElement>(null);
  useLevel(track, (level) => {
    bar.current?.style.setProperty('--level', level.toFixed(3));
    if (meter.current) meter.current.value = level;
  });
  return (
    <div ref={bar} class="level-bar">
      <meter
        ref={meter}
        class="visually-hidden"
        data-testid="microphone-meter"
        aria-label={t('microphoneLevel')}
        min={0}
        max={1}
      />
    </div>
  );
}

/** The ring around the microphone button. */
export function LevelRing({ track }: LevelProps) {
  const ring = useRef<HTMLSpanElement>(null);
  useLevel(track, (level) => ring.current?.style.setProperty('--level', level.toFixed(3)));
  return <span ref={ring} class="level-ring" aria-hidden="true" />;
}

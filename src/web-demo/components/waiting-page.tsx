import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import type { Call } from '../state/call.ts';
import { LanguagePicker } from './language-picker.tsx';
import { LobbyPreview } from './lobby-preview.tsx';
import { Logo } from './logo.tsx';
import { MatrixField } from './matrix-field.tsx';
import { useStore } from './store-context.ts';

/** Before the room's door: what one looks like, that it may take a moment, and the way back. */
export function WaitingPage({ call }: { readonly call: Call }) {
  const store = useStore();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="lobby" data-testid="waiting">
      <MatrixField />
      <header class="page-header">
        <Logo />
        <LanguagePicker />
      </header>
      <main class="waiting-main">
        <section class="lobby-stage" aria-label={t('previewLabel')}>
          <LobbyPreview />
        </section>
        <div class="waiting-card">
          <p class="waiting-room">{call.roomName}</p>
          <h1 ref={heading} tabIndex={-1}>
            {t('waitingTitle')}
          </h1>
          <p>{t('waitingText')}</p>
          <p class="waiting-state" role="status">
            {call.isReconnecting.value ? t('waitingReconnecting') : null}
          </p>
          <span class="waiting-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <button type="button" class="button" data-testid="stop-waiting" onClick={() => store.stopWaiting()}>
            {t('cancel')}
          </button>
        </div>
      </main>
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import type { SupportProblem } from '../model/browser-support.ts';
import type { EndReason } from '../model/end-reason.ts';
import { Icon, type IconName } from './icon.tsx';
import { LanguagePicker } from './language-picker.tsx';
import { Logo } from './logo.tsx';
import { MatrixField } from './matrix-field.tsx';
import { useStore } from './store-context.ts';

interface MessagePageProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly testId: string;
  readonly detail?: string;
  /** Which of the situations it is, where one code stands for several. */
  readonly kind?: string;
  readonly children?: ComponentChildren;
}

/** A page that says one thing and what can be done about it. */
function MessagePage({ icon, title, text, testId, detail, kind, children }: MessagePageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="message-page" data-testid={testId} data-reason={detail} data-kind={kind}>
      <MatrixField />
      <header class="page-header">
        <Logo />
        <LanguagePicker />
      </header>
      <main class="message-card">
        <span class="message-icon">
          <Icon name={icon} size={32} />
        </span>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{text}</p>
        {children}
      </main>
    </div>
  );
}

const icons: Partial<Record<EndReason['kind'], IconName>> = {
  Left: 'door',
  TurnedAway: 'door',
  Closed: 'leave',
  Removed: 'removePerson',
  Banned: 'ban',
  Revoked: 'ban',
  Locked: 'lock',
  NotOpen: 'clock',
  Unauthorized: 'link',
  TokenExpired: 'clock',
  TokenOtherRoom: 'link',
  TokenInvalid: 'link',
};

/** After the call, or when it could not begin. */
export function EndedPage({ reason }: { readonly reason: EndReason }) {
  const store = useStore();
  const { kind, code, canRejoin } = reason;
  const isRetry = kind !== 'Left' && kind !== 'Replaced';
  const text = kind === 'Failed' ? t('endedFailed', { code }) : t(`ended${kind}`);
  return (
    <MessagePage
      icon={icons[kind] ?? 'warning'}
      title={t(`ended${kind}Title`)}
      text={text}
      testId="ended"
      detail={code}
      kind={kind}
    >
      <div class="message-buttons">
        {canRejoin ? (
          <button type="button" class="button button-primary" data-testid="rejoin" onClick={() => void store.rejoin()}>
            <Icon name="refresh" size={20} />
            {isRetry ? t('tryAgain') : t('rejoin')}
          </button>
        ) : null}
        <button type="button" class="button" data-testid="back-to-lobby" onClick={() => store.backToLobby()}>
          {t('backToLobby')}
        </button>
      </div>
    </MessagePage>
  );
}

/** Where no call can work: says why, and what would help. */
export function UnsupportedPage({ problem }: { readonly problem: SupportProblem }) {
  return (
    <MessagePage icon="warning" title={t(`${problem}Title`)} text={t(problem)} testId="unsupported" detail={problem} />
  );
}

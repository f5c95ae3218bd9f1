import { useState } from 'preact/hooks';
import type { WaitingParticipant } from '../../client/index.ts';
import { t, timeLocale, tPlural } from '../i18n/language.ts';
import { formatCountdown } from '../model/countdown.ts';
import type { Deadline } from '../state/deadline.ts';
import { useCall } from './call-context.ts';
import { Icon } from './icon.tsx';
import { useStore } from './store-context.ts';
import { useFocusHeir } from './use-focus-heir.ts';

function ReconnectingBanner() {
  const { call } = useCall();
  if (!call.isReconnecting.value) return null;
  const isRestarting = call.serverStop.isRestarting.value;
  const text = call.isServerGone.value ? 'goneBanner' : isRestarting ? 'restartingBanner' : 'reconnectingBanner';
  return (
    <div class="banner banner-warning" role="alert" data-testid="reconnecting" data-restarting={isRestarting}>
      <span class="spinner" aria-hidden="true" />
      {t(text)}
    </div>
  );
}

interface DeadlineBannerProps {
  readonly deadline: Deadline;
  /** What comes at `{time}`. */
  readonly text: 'drainBanner' | 'accessEndBanner';
  readonly testId: string;
  readonly leftTestId: string;
}

/** The sentence is read out once; the countdown is not. */
function DeadlineBanner({ deadline, text, testId, leftTestId }: DeadlineBannerProps) {
  const { isReconnecting } = useCall().call;
  const [hiddenFor, setHiddenFor] = useState<number | null>(null);
  const at = deadline.at.value;
  if (at === null || at === hiddenFor || isReconnecting.value) return null;
  const time = new Date(at).toLocaleTimeString(timeLocale.value, { hour: '2-digit', minute: '2-digit' });
  return (
    <div class="banner banner-warning" data-testid={testId} data-deadline={at}>
      <Icon name="clock" size={20} />
      <p class="banner-text" role="status">
        {t(text, { time })}
      </p>
      <span class="banner-time" role="timer" aria-label={t('timeLeft')} data-testid={leftTestId}>
        {formatCountdown((at - deadline.now.value) / 1000)}
      </span>
      <button type="button" class="icon-button banner-close" aria-label={t('close')} onClick={() => setHiddenFor(at)}>
        <Icon name="close" size={18} />
      </button>
    </div>
  );
}

interface KnockProps {
  readonly waiting: readonly WaitingParticipant[];
  readonly first: WaitingParticipant;
}

/** One person can be let in right here, several from the list. */
function Knock({ waiting, first }: KnockProps) {
  const { moderation, panels } = useCall().call;
  const banner = useFocusHeir<HTMLDivElement>();
  const name = first.name || t('guest');
  if (waiting.length > 1) {
    return (
      <div ref={banner} class="banner banner-knock">
        <Icon name="addPerson" size={20} />
        <p class="banner-text">{tPlural('waitingCount', waiting.length)}</p>
        <button
          type="button"
          class="button button-small button-primary"
          data-testid="knock-show"
          onClick={() => panels.openPanel('participants')}
        >
          {t('waitingShow')}
        </button>
      </div>
    );
  }
  return (
    <div ref={banner} class="banner banner-knock">
      <Icon name="addPerson" size={20} />
      <p class="banner-text">{t('waitingOne', { name })}</p>
      <button
        type="button"
        class="icon-button"
        data-testid="knock-turn-away"
        aria-label={t('turnAwayName', { name })}
        title={t('turnAwayName', { name })}
        onClick={() => void moderation.remove(first.id)}
      >
        <Icon name="close" size={20} />
      </button>
      <button
        type="button"
        class="button button-small button-primary"
        data-testid="knock-admit"
        aria-label={t('admitName', { name })}
        onClick={() => void moderation.admit(first.id)}
      >
        {t('admit')}
      </button>
    </div>
  );
}

/** Who knocks, for those who may open. The region stays, so that screen readers tell what appears in it. */
function KnockBanner() {
  const { door, panels } = useCall().call;
  if (!door.canModerate.value) return null;
  const { value: waiting } = door.waiting;
  const [first] = waiting;
  const isListOpen = panels.panel.value === 'participants';
  return (
    <div role="status" class="knocks" data-testid="knocks">
      {first && !isListOpen ? <Knock waiting={waiting} first={first} /> : null}
    </div>
  );
}

function AudioBlockedBanner() {
  const { call } = useCall();
  if (!call.audio.isBlocked.value) return null;
  return (
    <button
      type="button"
      class="banner banner-action"
      data-testid="unblock-audio"
      onClick={() => void call.audio.unblock()}
    >
      <Icon name="sound" size={20} />
      <span>{t('audioBlockedTitle')}</span>
      <strong>{t('audioBlocked')}</strong>
    </button>
  );
}

function SharingBanner() {
  const { media } = useStore();
  if (!media.screenOn.value) return null;
  return (
    <div class="banner" role="status" data-testid="sharing">
      <Icon name="share" size={20} />
      {t('sharingNow')}
      <button type="button" class="button button-small" onClick={() => media.stopScreen()}>
        {t('stopSharing')}
      </button>
    </div>
  );
}

/** What one should know for as long as it lasts, above the stage. */
export function Banners() {
  const { serverStop, accessEnd } = useCall().call;
  return (
    <>
      <ReconnectingBanner />
      <DeadlineBanner deadline={serverStop.deadline} text="drainBanner" testId="draining" leftTestId="drain-left" />
      <DeadlineBanner
        deadline={accessEnd.deadline}
        text="accessEndBanner"
        testId="access-end"
        leftTestId="access-left"
      />
      <KnockBanner />
      <AudioBlockedBanner />
      <SharingBanner />
    </>
  );
}

import { useEffect, useMemo, useRef } from 'preact/hooks';
import { t, tPlural } from '../i18n/language.ts';
import type { Call } from '../state/call.ts';
import { createCallActions } from '../state/call-actions.ts';
import { CallContext, useCall } from './call-context.ts';
import { ControlBar } from './control-bar.tsx';
import { OpenDialog } from './dialogs.tsx';
import { Icon } from './icon.tsx';
import { LogoMark } from './logo.tsx';
import { NoticeList } from './notice-list.tsx';
import { SidePanel } from './side-panel.tsx';
import { Stage } from './stage.tsx';
import { useStore } from './store-context.ts';
import { useShortcuts } from './use-shortcuts.ts';

function TopBar() {
  const { call } = useCall();
  const count = call.room.people.value.length;
  return (
    <header class="top-bar">
      <LogoMark size={24} />
      <h1 class="room-name" data-testid="room-title">
        {call.roomName}
      </h1>
      <span class="top-count" data-testid="people-count">
        {tPlural('peopleCount', count)}
      </span>
      <span class="top-space" />
      <button
        type="button"
        class="icon-button wide-only"
        data-testid="open-shortcuts"
        aria-label={t('shortcuts')}
        title={`${t('shortcuts')} (?)`}
        onClick={() => call.panels.openDialog('shortcuts')}
      >
        <Icon name="keyboard" />
      </button>
      <button
        type="button"
        class="button button-small"
        data-testid="open-invite"
        onClick={() => call.panels.openDialog('invite')}
      >
        <Icon name="addPerson" size={20} />
        {t('invite')}
      </button>
    </header>
  );
}

function Banners() {
  const { media } = useStore();
  const { call } = useCall();
  return (
    <>
      {call.isReconnecting.value ? (
        <div class="banner banner-warning" role="alert" data-testid="reconnecting">
          <span class="spinner" aria-hidden="true" />
          {t(call.isServerGone.value ? 'goneBanner' : 'reconnectingBanner')}
        </div>
      ) : null}
      {call.audio.isBlocked.value ? (
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
      ) : null}
      {media.screenOn.value ? (
        <div class="banner" role="status" data-testid="sharing">
          <Icon name="share" size={20} />
          {t('sharingNow')}
          <button type="button" class="button button-small" onClick={() => media.stopScreen()}>
            {t('stopSharing')}
          </button>
        </div>
      ) : null}
    </>
  );
}

function CallBody() {
  const main = useRef<HTMLElement>(null);
  useShortcuts();
  useEffect(() => main.current?.focus(), []);
  return (
    <div class="call" data-testid="call">
      <TopBar />
      <main class="call-main" ref={main} tabIndex={-1}>
        <div class="call-column">
          <Banners />
          <Stage />
        </div>
        <SidePanel />
      </main>
      <ControlBar />
      <OpenDialog />
      <NoticeList />
    </div>
  );
}

/** The call itself. */
export function CallView({ call }: { readonly call: Call }) {
  const store = useStore();
  const value = useMemo(() => ({ call, actions: createCallActions(store, call) }), [store, call]);
  return (
    <CallContext.Provider value={value}>
      <CallBody />
    </CallContext.Provider>
  );
}

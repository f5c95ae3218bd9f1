import { useEffect, useId, useState } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { maxRoomNameChars } from '../model/room-link.ts';
import { preferences } from '../state/preferences.ts';
import { DeviceSelects } from './device-select.tsx';
import { Icon } from './icon.tsx';
import { LanguagePicker } from './language-picker.tsx';
import { LobbyPreview } from './lobby-preview.tsx';
import { Logo } from './logo.tsx';
import { MatrixField } from './matrix-field.tsx';
import { useStore } from './store-context.ts';

function RoomField({ isMissing }: { readonly isMissing: boolean }) {
  const id = useId();
  const store = useStore();
  const { roomName } = store;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t('roomLabel')}
      </label>
      <div class="input-with-button">
        <input
          id={id}
          class="input input-mono"
          data-testid="room-name"
          value={roomName.value}
          maxLength={maxRoomNameChars}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={isMissing}
          aria-describedby={`${id}-hint`}
          onInput={(event) => {
            roomName.value = event.currentTarget.value;
          }}
        />
        <button
          type="button"
          class="icon-button"
          data-testid="suggest-room"
          aria-label={t('newRoomName')}
          title={t('newRoomName')}
          onClick={() => store.suggestRoomName()}
        >
          <Icon name="refresh" size={20} />
        </button>
      </div>
      <p id={`${id}-hint`} class={isMissing ? 'field-hint field-hint-problem' : 'field-hint'}>
        {isMissing ? t('roomMissing') : t(store.hasToken ? 'roomHintToken' : 'roomHint')}
      </p>
    </div>
  );
}

function NameField() {
  const id = useId();
  const given = useStore().givenName.value;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t('nameLabel')}
      </label>
      <input
        id={id}
        class="input"
        data-testid="display-name"
        value={given ?? preferences.name.value}
        readOnly={given !== null}
        aria-describedby={given === null ? undefined : `${id}-hint`}
        maxLength={64}
        autocomplete="nickname"
        placeholder={t('namePlaceholder')}
        onInput={(event) => {
          preferences.name.value = event.currentTarget.value;
        }}
      />
      {given === null ? null : (
        <p id={`${id}-hint`} class="field-hint">
          {t('nameGiven')}
        </p>
      )}
    </div>
  );
}

function JoinForm() {
  const store = useStore();
  const [isMissing, setMissing] = useState(false);
  const isJoining = store.view.value.name === 'joining';
  useEffect(() => {
    if (store.roomName.value.trim() !== '') setMissing(false);
  }, [store.roomName.value]);
  const join = (event: Event) => {
    event.preventDefault();
    if (store.roomName.value.trim() === '') setMissing(true);
    else void store.join();
  };
  return (
    <form class="lobby-form" onSubmit={join}>
      <h1 class="lobby-title">{t('lobbyTitle')}</h1>
      <NameField />
      <RoomField isMissing={isMissing} />
      <button type="submit" class="button button-primary button-large" data-testid="join" disabled={isJoining}>
        {isJoining ? <span class="spinner" aria-hidden="true" /> : null}
        {isJoining ? t('joining') : t('join')}
      </button>
      <p class="field-hint lobby-hint">{t('joinWithoutDevices')}</p>
    </form>
  );
}

/** Before the call: see and hear oneself, choose devices, a name and a room. */
export function Lobby() {
  return (
    <div class="lobby" data-testid="lobby">
      <MatrixField />
      <header class="page-header">
        <Logo />
        <LanguagePicker />
      </header>
      <main class="lobby-main">
        <section class="lobby-stage" aria-label={t('previewLabel')}>
          <LobbyPreview />
          <details class="lobby-devices" open={matchMedia('(min-width: 56rem)').matches}>
            <summary>{t('devicesTitle')}</summary>
            <DeviceSelects />
          </details>
        </section>
        <JoinForm />
      </main>
    </div>
  );
}

import { t, tPlural } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { Icon } from './icon.tsx';
import { LogoMark } from './logo.tsx';

/** What concerns the room as a whole and everyone should know. */
function RoomState() {
  const room = useCall().call.door.room.value;
  return (
    <>
      {room?.locked ? (
        <span class="top-state" role="img" aria-label={t('roomLocked')} title={t('roomLocked')} data-testid="locked">
          <Icon name="lock" size={18} />
        </span>
      ) : null}
      {room?.recording ? (
        <span class="top-recording" title={t('recordingStarted')} data-testid="recording">
          <i aria-hidden="true" />
          {t('recording')}
        </span>
      ) : null}
    </>
  );
}

/** The room's name and state, and what one does with the room. */
export function TopBar() {
  const { call } = useCall();
  const { door, panels } = call;
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
      <RoomState />
      <span class="top-space" />
      <button
        type="button"
        class="icon-button wide-only"
        data-testid="open-shortcuts"
        aria-label={t('shortcuts')}
        title={`${t('shortcuts')} (?)`}
        onClick={() => panels.openDialog('shortcuts')}
      >
        <Icon name="keyboard" />
      </button>
      {door.canModerate.value ? (
        <button
          type="button"
          class="button button-small"
          data-testid="open-moderation"
          aria-label={t('moderation')}
          onClick={() => panels.openDialog('moderation')}
        >
          <Icon name="shield" size={20} />
          {t('moderation')}
        </button>
      ) : null}
      <button
        type="button"
        class="button button-small"
        data-testid="open-invite"
        onClick={() => panels.openDialog('invite')}
      >
        <Icon name="addPerson" size={20} />
        {t('invite')}
      </button>
    </header>
  );
}

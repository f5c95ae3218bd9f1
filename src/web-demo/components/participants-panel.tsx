import { t } from '../i18n/language.ts';
import { connectionLevel } from '../model/connection-level.ts';
import type { Person } from '../state/person.ts';
import { Avatar } from './avatar.tsx';
import { useCall } from './call-context.ts';
import { Icon, type IconName } from './icon.tsx';
import { useFocusHeir } from './use-focus-heir.ts';
import { WaitingList } from './waiting-list.tsx';

function StateIcon({
  icon,
  label,
  isOff,
}: {
  readonly icon: IconName;
  readonly label: string;
  readonly isOff: boolean;
}) {
  return (
    <span class={isOff ? 'roster-icon roster-icon-off' : 'roster-icon'} role="img" aria-label={label} title={label}>
      <Icon name={icon} size={20} />
    </span>
  );
}

function RosterRow({ person }: { readonly person: Person }) {
  const { room, door, panels } = useCall().call;
  const { id, name, isSelf, microphoneOn, camera, screen, isReconnecting } = person;
  const cameraOn = camera !== null && !camera.muted;
  const shown = name || t(isSelf ? 'you' : 'guest');
  const row = useFocusHeir<HTMLLIElement>();
  return (
    <li
      ref={row}
      class="roster-row"
      data-testid="roster-row"
      data-participant={id}
      data-speaking={room.speaking.value.has(id)}
      data-quality={connectionLevel(room.quality.value.get(id))}
    >
      <Avatar id={id} name={name} />
      <span class="roster-name">
        {isSelf && name ? t('tileYou', { name }) : shown}
        {isReconnecting ? <small>{t('reconnectingTile')}</small> : null}
      </span>
      {screen ? <StateIcon icon="share" label={t('rosterScreen')} isOff={false} /> : null}
      <StateIcon
        icon={microphoneOn ? 'mic' : 'micOff'}
        label={microphoneOn ? t('rosterUnmuted') : t('rosterMuted')}
        isOff={!microphoneOn}
      />
      <StateIcon
        icon={cameraOn ? 'camera' : 'cameraOff'}
        label={cameraOn ? t('rosterCameraOn') : t('rosterCameraOff')}
        isOff={!cameraOn}
      />
      {door.canModerate.value ? (
        <button
          type="button"
          class="icon-button roster-more"
          data-testid="roster-more"
          aria-haspopup="dialog"
          aria-label={t('actionsFor', { name: shown })}
          title={t('actionsFor', { name: shown })}
          disabled={isSelf}
          onClick={() => panels.openPerson(id)}
        >
          <Icon name="more" size={20} />
        </button>
      ) : null}
    </li>
  );
}

/** Everyone in the call, ourselves first, and who waits to come in. */
export function ParticipantsPanel() {
  const { room, panels } = useCall().call;
  const people = room.people.value.toSorted((a, b) => Number(b.isSelf) - Number(a.isSelf) || a.joinedAt - b.joinedAt);
  return (
    <div class="panel-content" tabIndex={-1}>
      <WaitingList />
      <button type="button" class="button button-wide" onClick={() => panels.openDialog('invite')}>
        <Icon name="addPerson" size={20} />
        {t('inviteTitle')}
      </button>
      <ul class="roster" data-testid="roster">
        {people.map((person) => (
          <RosterRow key={person.id} person={person} />
        ))}
      </ul>
    </div>
  );
}

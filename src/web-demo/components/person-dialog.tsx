import { useEffect } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import type { Person } from '../state/person.ts';
import { useCall } from './call-context.ts';
import { Dialog } from './dialog.tsx';
import { Icon, type IconName } from './icon.tsx';

interface PersonAction {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly isGrave?: boolean;
  readonly run: () => unknown;
}

/** Only what there is to mute can be muted. */
function useMutes({ id, microphoneOn, camera, screen }: Person): PersonAction[] {
  const { moderation } = useCall().call;
  const mutes = [
    microphoneOn && {
      icon: 'micOff' as const,
      label: t('muteMicrophone'),
      testId: 'mute-microphone',
      run: () => moderation.mute(id, 'microphone'),
    },
    camera?.muted === false && {
      icon: 'cameraOff' as const,
      label: t('stopCamera'),
      testId: 'mute-camera',
      run: () => moderation.mute(id, 'camera'),
    },
    screen?.muted === false && {
      icon: 'stopShare' as const,
      label: t('stopSharing'),
      testId: 'mute-screen',
      run: () => moderation.mute(id, 'screen'),
    },
  ];
  return mutes.filter((action) => action !== false);
}

function useRemovals({ id, name: given }: Person): PersonAction[] {
  const { moderation, panels } = useCall().call;
  const name = given || t('guest');
  return [
    {
      icon: 'removePerson',
      label: t('remove'),
      testId: 'remove',
      isGrave: true,
      run: () =>
        panels.confirm({
          title: t('removeTitle', { name }),
          text: t('removeText'),
          label: t('removeConfirm'),
          run: () => moderation.remove(id),
        }),
    },
    {
      icon: 'ban',
      label: t('ban'),
      testId: 'ban',
      isGrave: true,
      run: () =>
        panels.confirm({
          title: t('banTitle', { name }),
          text: t('banText'),
          label: t('banConfirm'),
          run: () => moderation.ban(id),
        }),
    },
  ];
}

function ActionList({ actions }: { readonly actions: readonly PersonAction[] }) {
  const { panels } = useCall().call;
  return (
    <ul class="menu">
      {actions.map(({ icon, label, testId, isGrave, run }) => (
        <li key={testId}>
          <button
            type="button"
            class={isGrave ? 'menu-item menu-item-grave' : 'menu-item'}
            data-testid={testId}
            onClick={() => {
              run();
              panels.closeDialog('person');
            }}
          >
            <Icon name={icon} />
            <span>{label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function PersonActions({ person }: { readonly person: Person }) {
  const mutes = useMutes(person);
  const removals = useRemovals(person);
  return (
    <>
      {mutes.length > 0 ? (
        <>
          <ActionList actions={mutes} />
          <p class="field-hint menu-hint">{t('softMuteHint')}</p>
        </>
      ) : null}
      <ActionList actions={removals} />
    </>
  );
}

/** What a moderator may do about one person. Closes by itself when the person leaves, or the right is gone. */
export function PersonDialog({ onClose }: { readonly onClose: () => void }) {
  const { room, panels, door } = useCall().call;
  const person = room.people.value.find(({ id }) => id === panels.personId.value);
  const isOver = person === undefined || !door.canModerate.value;
  useEffect(() => {
    if (isOver) onClose();
  }, [isOver]);
  if (isOver) return null;
  return (
    <Dialog title={person.name || t('guest')} testId="person" onClose={onClose}>
      <PersonActions person={person} />
    </Dialog>
  );
}

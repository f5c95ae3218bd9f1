import { useId } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';

interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly testId: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** Shows what the room says; a change appears when the server has made it. */
function Switch({ label, hint, testId, isOn, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch-row">
      <div>
        <label for={id}>{label}</label>
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        class="switch"
        data-testid={testId}
        aria-describedby={`${id}-hint`}
        aria-checked={isOn}
        checked={isOn}
        onChange={({ currentTarget }) => {
          onChange(!isOn);
          currentTarget.checked = isOn;
        }}
      />
    </div>
  );
}

/** What a moderator does with the room as a whole. */
export function ModerationDialog({ onClose }: { readonly onClose: () => void }) {
  const { door, moderation, panels } = useCall().call;
  const room = door.room.value;
  const endForAll = () =>
    panels.confirm({
      title: t('endForAllTitle'),
      text: t('endForAllText'),
      label: t('endForAllConfirm'),
      run: () => moderation.endForAll(),
    });
  return (
    <Dialog title={t('moderation')} testId="moderation" onClose={onClose}>
      <Switch
        label={t('lockRoom')}
        hint={t('lockRoomHint')}
        testId="lock-room"
        isOn={room?.locked === true}
        onChange={(isOn) => void moderation.setLocked(isOn)}
      />
      <Switch
        label={t('waitingRoom')}
        hint={t('waitingRoomHint')}
        testId="waiting-room"
        isOn={room?.waitingRoom === true}
        onChange={(isOn) => void moderation.setWaitingRoom(isOn)}
      />
      <button type="button" class="button button-wide button-alert" data-testid="end-for-all" onClick={endForAll}>
        <Icon name="leave" size={20} />
        {t('endForAll')}
      </button>
    </Dialog>
  );
}

import { useId } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { isPictureHeight, pictureHeights } from '../media/capture-constraints.ts';
import { shortcutRows } from '../model/shortcuts.ts';
import type { DialogName } from '../state/panels.ts';
import { preferences } from '../state/preferences.ts';
import { useCall } from './call-context.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { DeviceSelects } from './device-select.tsx';
import { Dialog } from './dialog.tsx';
import { InviteLink } from './invite.tsx';
import { LanguagePicker } from './language-picker.tsx';
import { ModerationDialog } from './moderation-dialog.tsx';
import { MoreMenu } from './more-menu.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { useStore } from './store-context.ts';

function PictureSettings() {
  const id = useId();
  const { media } = useStore();
  return (
    <>
      <div class="field">
        <label class="field-label" for={`${id}-height`}>
          {t('settingsResolution')}
        </label>
        <div class="select">
          <select
            id={`${id}-height`}
            data-testid="select-resolution"
            value={preferences.pictureHeight.value}
            onChange={(event) => {
              const height = Number(event.currentTarget.value);
              if (isPictureHeight(height)) void media.changePictureHeight(height);
            }}
          >
            {pictureHeights.map((height) => (
              <option key={height} value={height}>
                {height}p
              </option>
            ))}
          </select>
        </div>
      </div>
      <label class="check">
        <input
          type="checkbox"
          data-testid="mirror"
          checked={preferences.mirror.value}
          onChange={(event) => {
            preferences.mirror.value = event.currentTarget.checked;
          }}
        />
        {t('settingsMirror')}
      </label>
    </>
  );
}

function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t('settings')} testId="settings" onClose={onClose}>
      <div class="settings">
        <p class="field-hint">{t('settingsSelfHint')}</p>
        <h3>{t('settingsDevices')}</h3>
        <DeviceSelects hasMeter />
        <h3>{t('settingsPicture')}</h3>
        <PictureSettings />
        <h3>{t('language')}</h3>
        <LanguagePicker />
      </div>
    </Dialog>
  );
}

function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t('shortcuts')} testId="shortcuts" onClose={onClose}>
      <dl class="shortcut-list">
        {shortcutRows.map(({ keys, description }) => (
          <div key={description}>
            <dt>{t(description)}</dt>
            <dd>
              {keys.map((key) => {
                const text = typeof key === 'string' ? key : t(key.key);
                return <kbd key={text}>{text}</kbd>;
              })}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const { isInviteComplete } = useStore();
  return (
    <Dialog title={t('inviteTitle')} testId="invite" onClose={onClose}>
      <p class="dialog-text">{t(isInviteComplete ? 'inviteText' : 'inviteTextToken')}</p>
      <InviteLink />
    </Dialog>
  );
}

function MoreDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t('more')} testId="more" onClose={onClose}>
      <MoreMenu />
    </Dialog>
  );
}

const dialogs = {
  settings: SettingsDialog,
  shortcuts: ShortcutsDialog,
  invite: InviteDialog,
  more: MoreDialog,
  moderation: ModerationDialog,
  person: PersonDialog,
  confirm: ConfirmDialog,
} satisfies Record<DialogName, unknown>;

/** Whichever dialog is open. */
export function OpenDialog() {
  const { panels } = useCall().call;
  const name = panels.dialog.value;
  if (name === null) return null;
  const Named = dialogs[name];
  // A dialog that opens another one closes after it: only its own closing counts.
  return <Named key={name} onClose={() => panels.closeDialog(name)} />;
}

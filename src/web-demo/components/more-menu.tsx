import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { Icon, type IconName } from './icon.tsx';
import { useStore } from './store-context.ts';

interface MenuItem {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly run: () => void;
  readonly detail?: number;
}

function useItems(): MenuItem[] {
  const { media } = useStore();
  const { call, actions } = useCall();
  const { panels, stage, room } = call;
  const showsLarge = stage.focusId.value !== null;
  const screenOn = media.screenOn.value;
  const share: MenuItem = {
    icon: screenOn ? 'stopShare' : 'share',
    label: screenOn ? t('stopSharing') : t('shareScreen'),
    testId: 'more-screen',
    run: () => void actions.toggleScreen(),
  };
  const flip: MenuItem = {
    icon: 'flip',
    label: t('flipCamera'),
    testId: 'more-flip',
    run: () => void media.flipCamera(),
  };
  return [
    ...(media.canShareScreen ? [share] : []),
    ...(media.hasTwoCameras.value ? [flip] : []),
    {
      icon: showsLarge ? 'grid' : 'spotlight',
      label: showsLarge ? t('gridView') : t('speakerView'),
      testId: 'more-view',
      run: () => stage.toggleLayout(),
    },
    {
      icon: 'people',
      label: t('participants'),
      testId: 'more-participants',
      run: () => panels.togglePanel('participants'),
      detail: room.people.value.length,
    },
    {
      icon: 'statistics',
      label: t('statistics'),
      testId: 'more-statistics',
      run: () => panels.togglePanel('statistics'),
    },
    { icon: 'addPerson', label: t('invite'), testId: 'more-invite', run: () => panels.openDialog('invite') },
    { icon: 'settings', label: t('settings'), testId: 'more-settings', run: () => panels.openDialog('settings') },
  ];
}

/** On a phone: what has no place in the bar. */
export function MoreMenu() {
  const { panels } = useCall().call;
  const items = useItems();
  return (
    <ul class="menu">
      {items.map(({ icon, label, testId, run, detail }) => (
        <li key={testId}>
          <button
            type="button"
            class="menu-item"
            data-testid={testId}
            onClick={() => {
              run();
              panels.closeDialog('more');
            }}
          >
            <Icon name={icon} />
            <span>{label}</span>
            {detail === undefined ? null : <span class="menu-detail">{detail}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

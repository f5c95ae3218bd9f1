import { useState } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { ControlButton } from './control-button.tsx';
import { LevelRing } from './level-bar.tsx';
import { Pager } from './pager.tsx';
import { useStore } from './store-context.ts';
import { usePushToTalk } from './use-shortcuts.ts';

function MicrophoneButton() {
  const { media } = useStore();
  const { actions } = useCall();
  const [isTalking, setTalking] = useState(false);
  usePushToTalk(setTalking);
  const isOn = media.microphoneOn.value;
  return (
    <>
      <ControlButton
        icon={isOn ? 'mic' : 'micOff'}
        label={isOn ? t('muteMicrophone') : t('unmuteMicrophone')}
        testId="toggle-microphone"
        shortcut="M"
        tone={isOn ? 'plain' : 'alert'}
        hasProblem={media.microphone.problem.value !== null}
        onClick={() => void actions.toggleMicrophone()}
      >
        <LevelRing track={isOn ? media.microphone.track.value : null} />
      </ControlButton>
      {isTalking ? (
        <p class="push-to-talk" role="status">
          {t('pushToTalkActive')}
        </p>
      ) : null}
    </>
  );
}

function CameraButton() {
  const { media } = useStore();
  const { actions } = useCall();
  const isOn = media.cameraOn.value;
  return (
    <ControlButton
      icon={isOn ? 'camera' : 'cameraOff'}
      label={isOn ? t('stopCamera') : t('startCamera')}
      testId="toggle-camera"
      shortcut="V"
      tone={isOn ? 'plain' : 'alert'}
      hasProblem={media.camera.problem.value !== null}
      onClick={() => void actions.toggleCamera()}
    />
  );
}

function ShareButton() {
  const { media } = useStore();
  const { actions } = useCall();
  if (!media.canShareScreen) return null;
  const isOn = media.screenOn.value;
  return (
    <ControlButton
      icon={isOn ? 'stopShare' : 'share'}
      label={isOn ? t('stopSharing') : t('shareScreen')}
      testId="toggle-screen"
      shortcut="S"
      tone={isOn ? 'active' : 'plain'}
      isPressed={isOn}
      class="wide-only"
      onClick={() => void actions.toggleScreen()}
    />
  );
}

function ViewButton() {
  const { call } = useCall();
  const showsLarge = call.stage.focusId.value !== null;
  return (
    <ControlButton
      icon={showsLarge ? 'grid' : 'spotlight'}
      label={showsLarge ? t('gridView') : t('speakerView')}
      testId="toggle-view"
      shortcut="G"
      class="wide-only"
      onClick={() => call.stage.toggleLayout()}
    />
  );
}

function PanelButtons() {
  const { call } = useCall();
  const { panels, chat, room, door } = call;
  const open = panels.panel.value;
  const { unread } = chat.log.value;
  const count = room.people.value.length;
  const waiting = door.waiting.value.length;
  return (
    <>
      <ControlButton
        icon="people"
        label={waiting > 0 ? t('participantsWaiting', { count, waiting }) : t('participantsCount', { count })}
        testId="toggle-participants"
        shortcut="P"
        tone={open === 'participants' ? 'active' : 'plain'}
        isExpanded={open === 'participants'}
        class="control-quiet wide-only control-counted"
        badge={waiting > 0 ? Math.min(waiting, 99) : null}
        onClick={() => panels.togglePanel('participants')}
      >
        <span class="control-count">{count}</span>
      </ControlButton>
      <ControlButton
        icon="chat"
        label={unread > 0 ? t('chatUnread', { count: unread }) : t('chat')}
        testId="toggle-chat"
        shortcut="C"
        tone={open === 'chat' ? 'active' : 'plain'}
        isExpanded={open === 'chat'}
        class="control-quiet"
        badge={unread > 0 ? Math.min(unread, 99) : null}
        onClick={() => panels.togglePanel('chat')}
      />
      <ControlButton
        icon="statistics"
        label={t('statistics')}
        testId="toggle-statistics"
        shortcut="I"
        tone={open === 'statistics' ? 'active' : 'plain'}
        isExpanded={open === 'statistics'}
        class="control-quiet wide-only"
        onClick={() => panels.togglePanel('statistics')}
      />
      <ControlButton
        icon="settings"
        label={t('settings')}
        testId="open-settings"
        shortcut=","
        class="control-quiet wide-only"
        onClick={() => panels.openDialog('settings')}
      />
      <ControlButton
        icon="more"
        label={t('more')}
        testId="open-more"
        class="narrow-only"
        badge={waiting > 0 ? Math.min(waiting, 99) : null}
        onClick={() => panels.openDialog('more')}
      />
    </>
  );
}

function LeaveButton() {
  const { actions } = useCall();
  return <ControlButton icon="leave" label={t('leave')} testId="leave" tone="danger" onClick={actions.leave} />;
}

/** Everything one does in a call, at the bottom. */
export function ControlBar() {
  return (
    <nav class="control-bar" aria-label={t('callControls')} data-testid="controls">
      <Pager />
      <div class="control-group control-main">
        <MicrophoneButton />
        <CameraButton />
        <ShareButton />
        <ViewButton />
        <LeaveButton />
      </div>
      <div class="control-group control-side">
        <PanelButtons />
      </div>
    </nav>
  );
}

import { t } from '../i18n/language.ts';
import { preferences } from '../state/preferences.ts';
import { Avatar } from './avatar.tsx';
import { ControlButton } from './control-button.tsx';
import { LevelBar } from './level-bar.tsx';
import { MediaProblemNote } from './media-problem-note.tsx';
import { Picture } from './picture.tsx';
import { useStore } from './store-context.ts';

function PreviewPicture() {
  const { media } = useStore();
  const track = media.cameraOn.value ? media.camera.track.value : null;
  if (track)
    return <Picture mediaTrack={track} label={t('previewLabel')} isMirrored={media.isMirrored.value} aspect={16 / 9} />;
  return (
    <div class="preview-empty">
      <Avatar id="self" name={preferences.name.value} />
      <p>{media.camera.starting.value ? t('previewStarting') : t('previewOff')}</p>
    </div>
  );
}

function PreviewControls() {
  const { media } = useStore();
  const microphoneOn = media.microphoneOn.value;
  const cameraOn = media.cameraOn.value;
  return (
    <div class="preview-controls">
      <ControlButton
        icon={microphoneOn ? 'mic' : 'micOff'}
        label={microphoneOn ? t('muteMicrophone') : t('unmuteMicrophone')}
        testId="toggle-microphone"
        tone={microphoneOn ? 'plain' : 'alert'}
        hasProblem={media.microphone.problem.value !== null}
        onClick={() => void media.setMicrophone(!microphoneOn)}
      />
      <ControlButton
        icon={cameraOn ? 'camera' : 'cameraOff'}
        label={cameraOn ? t('stopCamera') : t('startCamera')}
        testId="toggle-camera"
        tone={cameraOn ? 'plain' : 'alert'}
        hasProblem={media.camera.problem.value !== null}
        onClick={() => void media.setCamera(!cameraOn)}
      />
    </div>
  );
}

/** What is wrong with the devices; one note when it is the same with both. */
function Problems() {
  const { media } = useStore();
  const camera = media.camera.problem.value;
  const microphone = media.microphone.problem.value;
  if (camera && camera === microphone) {
    return <MediaProblemNote problem={camera} device="deviceBoth" onRetry={() => void media.retryBoth()} />;
  }
  return (
    <>
      {microphone ? (
        <MediaProblemNote
          problem={microphone}
          device="deviceMicrophone"
          onRetry={() => void media.setMicrophone(true)}
        />
      ) : null}
      {camera ? (
        <MediaProblemNote problem={camera} device="deviceCamera" onRetry={() => void media.setCamera(true)} />
      ) : null}
    </>
  );
}

/** How others will see and hear us, with the switches to join muted or unseen. */
export function LobbyPreview() {
  const { media } = useStore();
  return (
    <>
      <div class="preview" data-testid="preview">
        <PreviewPicture />
        <PreviewControls />
        <LevelBar track={media.microphoneOn.value ? media.microphone.track.value : null} />
      </div>
      <Problems />
    </>
  );
}

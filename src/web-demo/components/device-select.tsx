import { useId } from 'preact/hooks';
import type { MessageKey } from '../i18n/en.ts';
import { t } from '../i18n/language.ts';
import { deviceOptions, knownDevice } from '../model/device-labels.ts';
import { canChooseSpeaker } from '../state/audio-output.ts';
import { preferences } from '../state/preferences.ts';
import { Icon, type IconName } from './icon.tsx';
import { LevelBar } from './level-bar.tsx';
import { useStore } from './store-context.ts';

interface DeviceSelectProps {
  readonly kind: MediaDeviceKind;
  readonly icon: IconName;
  readonly label: Extract<MessageKey, 'microphone' | 'camera' | 'speaker'>;
  readonly selectedId: string;
  readonly onChoose: (deviceId: string) => void;
  readonly testId: string;
}

const missingTexts = { microphone: 'noMicrophones', camera: 'noCameras', speaker: 'defaultDevice' } as const;

function DeviceSelect({ kind, icon, label, selectedId, onChoose, testId }: DeviceSelectProps) {
  const id = useId();
  const { media } = useStore();
  const kindName = t(label);
  const options = deviceOptions(media.devices.devices.value, kind, (number) =>
    t('deviceNumber', { kind: kindName, number }),
  );
  const isMissing = media.devices.isKnown.value && !media.devices.devices.value.some((device) => device.kind === kind);
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {kindName}
      </label>
      <div class="select">
        <Icon name={icon} size={20} />
        <select
          id={id}
          data-testid={testId}
          value={knownDevice(options, selectedId)}
          onChange={(event) => onChoose(event.currentTarget.value)}
        >
          <option value="">{t(isMissing ? missingTexts[label] : 'defaultDevice')}</option>
          {options.map(({ deviceId, label: name }) => (
            <option key={deviceId} value={deviceId}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

/** The choice of microphone, camera and, where the browser allows it, speaker. */
export function DeviceSelects({ hasMeter = false }: { readonly hasMeter?: boolean }) {
  const { media } = useStore();
  return (
    <div class="device-selects">
      <DeviceSelect
        kind="audioinput"
        icon="mic"
        label="microphone"
        selectedId={preferences.microphoneId.value}
        onChoose={(id) => void media.chooseMicrophone(id)}
        testId="select-microphone"
      />
      {hasMeter ? <LevelBar track={media.microphoneOn.value ? media.microphone.track.value : null} /> : null}
      <DeviceSelect
        kind="videoinput"
        icon="camera"
        label="camera"
        selectedId={preferences.cameraId.value}
        onChoose={(id) => void media.chooseCamera(id)}
        testId="select-camera"
      />
      {canChooseSpeaker ? (
        <DeviceSelect
          kind="audiooutput"
          icon="sound"
          label="speaker"
          selectedId={preferences.speakerId.value}
          onChoose={(id) => {
            preferences.speakerId.value = id;
          }}
          testId="select-speaker"
        />
      ) : null}
    </div>
  );
}

import type { TrackSource } from '../../client/index.ts';
import { t } from '../i18n/language.ts';
import type { CallClient } from './call-client.ts';
import type { LocalMedia } from './local-media.ts';
import type { Notices } from './notices.ts';

/** Brings the own switches in line when a moderator has muted something of ours, and says so. Returns what ends it. */
export function followModerators(client: CallClient, media: LocalMedia, notices: Notices): () => void {
  const follow: Readonly<Record<TrackSource, () => void>> = {
    microphone: () => {
      void media.setMicrophone(false);
      notices.warn(t('mutedByModerator'));
    },
    camera: () => {
      void media.setCamera(false);
      notices.warn(t('cameraStoppedByModerator'));
    },
    screen: () => {
      media.stopScreen();
      notices.warn(t('screenStoppedByModerator'));
    },
    screenAudio: () => undefined,
  };
  return client.on('localTrackMuted', ({ source }) => follow[source]());
}

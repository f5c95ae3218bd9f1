import { type CameraWish, cameraConstraints, microphoneConstraints } from './capture-constraints.ts';

/** What `getUserMedia` throws where it does not exist (old browsers, insecure pages). */
function mediaDevices(): MediaDevices {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('No media devices', 'NotSupportedError');
  return navigator.mediaDevices;
}

function firstTrack(tracks: readonly MediaStreamTrack[]): MediaStreamTrack {
  const [track] = tracks;
  if (track === undefined) throw new DOMException('No track', 'NotFoundError');
  return track;
}

const deviceIsGone = (error: unknown) =>
  error instanceof DOMException && (error.name === 'OverconstrainedError' || error.name === 'NotFoundError');

/** Opens the wished camera, or the default one when that is no longer there. */
export async function openCamera(wish: CameraWish): Promise<MediaStreamTrack> {
  try {
    const stream = await mediaDevices().getUserMedia({ video: cameraConstraints(wish) });
    return firstTrack(stream.getVideoTracks());
  } catch (error) {
    if (wish.deviceId === '' || !deviceIsGone(error)) throw error;
    return openCamera({ ...wish, deviceId: '' });
  }
}

/** Opens the chosen microphone, or the default one when that is no longer there. */
export async function openMicrophone(deviceId: string): Promise<MediaStreamTrack> {
  try {
    const stream = await mediaDevices().getUserMedia({ audio: microphoneConstraints(deviceId) });
    return firstTrack(stream.getAudioTracks());
  } catch (error) {
    if (deviceId === '' || !deviceIsGone(error)) throw error;
    return openMicrophone('');
  }
}

export interface ScreenTracks {
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | null;
}

/** Asks for a screen, window or tab, with its sound where the browser offers that. */
export async function openScreen(): Promise<ScreenTracks> {
  if (!canShareScreen()) throw new DOMException('No screen capture', 'NotSupportedError');
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: 15, max: 30 } },
    audio: true,
  });
  const video = firstTrack(stream.getVideoTracks());
  video.contentHint = 'detail';
  return { video, audio: stream.getAudioTracks()[0] ?? null };
}

export function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

export interface BothDevices {
  camera(): Promise<MediaStreamTrack>;
  microphone(): Promise<MediaStreamTrack>;
}

/**
 * Opens camera and microphone with one permission prompt. A refusal holds for both; when one of them is missing or busy
 * each is opened by itself, so that the other still works.
 */
export async function openBoth(wish: CameraWish, microphoneId: string): Promise<BothDevices> {
  try {
    const stream = await mediaDevices().getUserMedia({
      video: cameraConstraints(wish),
      audio: microphoneConstraints(microphoneId),
    });
    return {
      camera: async () => firstTrack(stream.getVideoTracks()),
      microphone: async () => firstTrack(stream.getAudioTracks()),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') throw error;
    return { camera: () => openCamera(wish), microphone: () => openMicrophone(microphoneId) };
  }
}

/** The picture heights one can choose to send; the width follows as 16:9. */
export const pictureHeights = [180, 360, 540, 720, 1080] as const;
export type PictureHeight = (typeof pictureHeights)[number];
export const defaultPictureHeight: PictureHeight = 720;

export function isPictureHeight(value: unknown): value is PictureHeight {
  return pictureHeights.some((height) => height === value);
}

export interface CameraWish {
  /** Empty for the system's default. */
  readonly deviceId: string;
  readonly height: PictureHeight;
  readonly facing: 'user' | 'environment' | null;
}

export function cameraConstraints({ deviceId, height, facing }: CameraWish): MediaTrackConstraints {
  return {
    width: { ideal: Math.round((height * 16) / 9) },
    height: { ideal: height },
    frameRate: { ideal: 30, max: 30 },
    ...(deviceId === '' ? {} : { deviceId: { exact: deviceId } }),
    ...(facing === null || deviceId !== '' ? {} : { facingMode: { ideal: facing } }),
  };
}

export function microphoneConstraints(deviceId: string): MediaTrackConstraints {
  return {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(deviceId === '' ? {} : { deviceId: { exact: deviceId } }),
  };
}

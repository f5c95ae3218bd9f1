import { useEffect, useRef, useState } from 'preact/hooks';
import { pictureFit } from '../model/picture-fit.ts';

interface PictureProps {
  readonly mediaTrack: MediaStreamTrack;
  readonly label: string;
  readonly isMirrored?: boolean;
  /** Shared screens are always shown whole. */
  readonly isWhole?: boolean;
  /** Width divided by height of the place it is shown in. */
  readonly aspect: number;
}

function usePictureAspect(mediaTrack: MediaStreamTrack) {
  const video = useRef<HTMLVideoElement>(null);
  const [aspect, setAspect] = useState<number>(Number.NaN);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    const measure = () => setAspect(element.videoWidth / element.videoHeight);
    element.addEventListener('resize', measure);
    element.addEventListener('loadeddata', measure);
    element.srcObject = new MediaStream([mediaTrack]);
    element.play().catch(() => undefined);
    return () => {
      element.removeEventListener('resize', measure);
      element.removeEventListener('loadeddata', measure);
      element.srcObject = null;
      setAspect(Number.NaN);
    };
  }, [mediaTrack]);
  return { video, aspect };
}

/** A moving picture. It has no sound: voices are played apart from tiles, so that a hidden tile is still heard. */
export function Picture({ mediaTrack, label, isMirrored = false, isWhole = false, aspect }: PictureProps) {
  const { video, aspect: pictureAspect } = usePictureAspect(mediaTrack);
  const fit = isWhole ? 'contain' : pictureFit(pictureAspect, aspect);
  return (
    <video
      ref={video}
      class="picture"
      data-fit={fit}
      data-mirrored={isMirrored}
      data-ready={Number.isFinite(pictureAspect)}
      aria-label={label}
      autoplay
      playsInline
      muted
    />
  );
}

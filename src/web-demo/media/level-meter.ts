let sharedContext: AudioContext | undefined;

/** One context for all meters: browsers bound how many a page may have. */
function audioContext(): AudioContext {
  sharedContext ??= new AudioContext({ latencyHint: 'playback' });
  return sharedContext;
}

const gestures = ['pointerdown', 'keydown'] as const;
const updateIntervalMs = 66;
/** Speech at a usual distance reaches about a quarter of full scale; this maps it to most of the meter. */
const speechGain = 3.2;

function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.min(1, Math.sqrt(sum / samples.length) * speechGain);
}

/**
 * Measures how loud a track is, from 0 to 1, about fifteen times a second, rising at once and falling slowly. The
 * returned function ends it. A suspended context (no click yet on the page) is resumed by the next gesture.
 */
export function startLevelMeter(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = audioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const resume = () => void context.resume().catch(() => undefined);
  resume();
  for (const gesture of gestures) addEventListener(gesture, resume);
  const samples = new Float32Array(analyser.fftSize);
  let level = 0;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    level = Math.max(levelOf(samples), level * 0.82);
    onLevel(level);
  }, updateIntervalMs);
  return () => {
    clearInterval(timer);
    for (const gesture of gestures) removeEventListener(gesture, resume);
    source.disconnect();
    onLevel(0);
  };
}

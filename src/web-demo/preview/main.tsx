import '../styles/index.css';
import { render } from 'preact';
import { App } from '../components/app.tsx';
import { startLanguage } from '../i18n/language.ts';
import { CallStore } from '../state/call-store.ts';
import { FakeClient } from './fake-client.ts';
import { paintedTrack, portraitPainter } from './portrait.ts';

/**
 * `?others=8&screen&chat&reconnecting&moderator&knocking=2&locked&recording&drain=300&access=200`, `?waiting`, `?join-error=roomFull`,
 * `?end=removed`, `?chat-error=rateLimited`: what to show. Never part of the build.
 */
const query = new URLSearchParams(location.search);

function fakeDevices(): void {
  const silence = () => {
    const [track] = new AudioContext().createMediaStreamDestination().stream.getAudioTracks();
    return track ? [track] : [];
  };
  navigator.mediaDevices.getUserMedia = async ({ video, audio } = {}) => {
    const problem = query.get('device-error');
    if (problem) throw new DOMException('', problem);
    return new MediaStream([
      ...(video ? [paintedTrack(portraitPainter(6), 1280, 720)] : []),
      ...(audio ? silence() : []),
    ]);
  };
}

fakeDevices();
const store = new CallStore(
  () =>
    new FakeClient({
      others: Number(query.get('others') ?? 4),
      hasScreen: query.has('screen'),
      hasChat: query.has('chat'),
      isReconnecting: query.has('reconnecting'),
      joinError: query.get('join-error'),
      endCode: query.get('end'),
      isModerator: query.has('moderator'),
      knocking: Number(query.get('knocking') ?? 0),
      isWaiting: query.has('waiting'),
      isLocked: query.has('locked'),
      isRecording: query.has('recording'),
      drainSeconds: query.has('drain') ? Number(query.get('drain')) : null,
      accessSeconds: query.has('access') ? Number(query.get('access')) : null,
      chatError: query.get('chat-error'),
    }),
);

const host = document.getElementById('app');
await startLanguage();
if (host) render(<App store={store} />, host);

import { t } from '../i18n/language.ts';
import type { DeviceKey } from '../i18n/problem-text.ts';
import { problemTitle } from '../i18n/problem-text.ts';
import type { MediaProblem } from '../model/media-problem.ts';
import type { ShortcutAction } from '../model/shortcuts.ts';
import type { Call } from './call.ts';
import type { CallStore } from './call-store.ts';

export type CallActions = ReturnType<typeof createCallActions>;

/** What buttons and keys do in a call; both go through here. */
export function createCallActions(store: CallStore, call: Call) {
  const { media, notices } = store;
  const warn = (problem: MediaProblem | null, device: DeviceKey) => {
    if (problem) notices.warn(problemTitle(problem, device));
  };
  const toggleMicrophone = async () => {
    await media.setMicrophone(!media.microphoneOn.peek());
    warn(media.microphone.problem.peek(), 'deviceMicrophone');
  };
  const toggleCamera = async () => {
    await media.setCamera(!media.cameraOn.peek());
    warn(media.camera.problem.peek(), 'deviceCamera');
  };
  const toggleScreen = async () => {
    if (media.screenOn.peek()) return media.stopScreen();
    await media.startScreen();
    // Closing the browser's dialog without choosing is no problem.
    const problem = media.screen.problem.peek();
    if (problem !== 'denied') warn(problem, 'deviceScreen');
  };
  /** False where the browser does not let the page write to the clipboard. */
  const copyLink = async (): Promise<boolean> => {
    try {
      await navigator.clipboard.writeText(store.inviteLink);
    } catch {
      return false;
    }
    notices.tell(t('linkCopied'));
    return true;
  };
  const shortcuts: Readonly<Record<ShortcutAction, () => unknown>> = {
    microphone: toggleMicrophone,
    camera: toggleCamera,
    share: toggleScreen,
    view: () => call.stage.toggleLayout(),
    chat: () => call.panels.togglePanel('chat'),
    participants: () => call.panels.togglePanel('participants'),
    statistics: () => call.panels.togglePanel('statistics'),
    settings: () => call.panels.openDialog('settings'),
    help: () => call.panels.openDialog('shortcuts'),
    previousPage: () => call.stage.turnPage(-1),
    nextPage: () => call.stage.turnPage(1),
    close: () => call.panels.closePanel(),
  };
  return { toggleMicrophone, toggleCamera, toggleScreen, copyLink, shortcuts, leave: () => store.leave() };
}

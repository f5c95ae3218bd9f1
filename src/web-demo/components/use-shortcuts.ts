import { useEffect } from 'preact/hooks';
import { isTyping, shortcutAction, usesSpace } from '../model/shortcuts.ts';
import { preferences } from '../state/preferences.ts';
import { useCall } from './call-context.ts';
import { useStore } from './store-context.ts';

const focusedElement = () => (document.activeElement instanceof HTMLElement ? document.activeElement : null);
const isDialogOpen = () => document.querySelector('dialog[open]') !== null;

/** The keyboard shortcuts of the call. They rest while somebody types or a dialog is open. */
export function useShortcuts(): void {
  const { actions } = useCall();
  useEffect(() => {
    const handleKey = (event: KeyboardEvent) => {
      const action = shortcutAction(event);
      if (action === null || isDialogOpen()) return;
      if (isTyping(focusedElement()) && action !== 'close') return;
      event.preventDefault();
      void actions.shortcuts[action]();
    };
    addEventListener('keydown', handleKey);
    return () => removeEventListener('keydown', handleKey);
  }, [actions]);
}

/** Space held while muted: heard for as long as it is held. */
export function usePushToTalk(onChange: (isTalking: boolean) => void): void {
  const { media } = useStore();
  useEffect(() => {
    let isTalking = false;
    const set = (talking: boolean) => {
      isTalking = talking;
      preferences.microphoneOn.value = talking;
      onChange(talking);
    };
    const press = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || usesSpace(document.activeElement) || isDialogOpen()) return;
      event.preventDefault();
      const canTalk = media.microphone.track.peek() !== null && !media.microphoneOn.peek();
      if (!event.repeat && canTalk) set(true);
    };
    const release = (event: KeyboardEvent | FocusEvent) => {
      if (isTalking && (event.type === 'blur' || ('code' in event && event.code === 'Space'))) set(false);
    };
    addEventListener('keydown', press);
    addEventListener('keyup', release);
    addEventListener('blur', release);
    return () => {
      if (isTalking) set(false);
      removeEventListener('keydown', press);
      removeEventListener('keyup', release);
      removeEventListener('blur', release);
    };
  }, [media]);
}

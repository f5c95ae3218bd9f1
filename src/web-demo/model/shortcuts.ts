export type ShortcutAction =
  | 'microphone'
  | 'camera'
  | 'share'
  | 'view'
  | 'chat'
  | 'participants'
  | 'statistics'
  | 'settings'
  | 'help'
  | 'previousPage'
  | 'nextPage'
  | 'close';

/** What a key does in a call. Letters mean the letter that is typed, whatever the keyboard's layout. */
const actions: Readonly<Record<string, ShortcutAction>> = {
  m: 'microphone',
  v: 'camera',
  s: 'share',
  g: 'view',
  c: 'chat',
  p: 'participants',
  i: 'statistics',
  ',': 'settings',
  '?': 'help',
  pageup: 'previousPage',
  pagedown: 'nextPage',
  escape: 'close',
};

export interface ShortcutRow {
  readonly keys: readonly (string | { readonly key: 'keySpace' | 'keyEscape' })[];
  readonly description: `shortcut${'Microphone' | 'PushToTalk' | 'Camera' | 'Share' | 'View' | 'Chat' | 'Participants' | 'Statistics' | 'Settings' | 'Pages' | 'Help' | 'Close'}`;
}

/** The list that the `?` dialog shows. */
export const shortcutRows: readonly ShortcutRow[] = [
  { keys: ['M'], description: 'shortcutMicrophone' },
  { keys: [{ key: 'keySpace' }], description: 'shortcutPushToTalk' },
  { keys: ['V'], description: 'shortcutCamera' },
  { keys: ['S'], description: 'shortcutShare' },
  { keys: ['G'], description: 'shortcutView' },
  { keys: ['C'], description: 'shortcutChat' },
  { keys: ['P'], description: 'shortcutParticipants' },
  { keys: ['I'], description: 'shortcutStatistics' },
  { keys: [','], description: 'shortcutSettings' },
  { keys: ['PgUp', 'PgDn'], description: 'shortcutPages' },
  { keys: ['?'], description: 'shortcutHelp' },
  { keys: [{ key: 'keyEscape' }], description: 'shortcutClose' },
];

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

/** The action of a key press, or null; the browser's own shortcuts with modifiers are left alone. */
export function shortcutAction({ key, ctrlKey, metaKey, altKey, repeat }: KeyPress): ShortcutAction | null {
  if (ctrlKey || metaKey || altKey || repeat) return null;
  return actions[key.toLowerCase()] ?? null;
}

interface ElementLike {
  readonly tagName: string;
  readonly isContentEditable?: boolean;
}

/** True while keys belong to a field: then letters are text and no shortcuts. */
export function isTyping(element: ElementLike | null): boolean {
  if (element === null) return false;
  return element.isContentEditable === true || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

/** True while Space would press the focused control; then it does not mean push-to-talk. */
export function usesSpace(element: ElementLike | null): boolean {
  return isTyping(element) || (element !== null && /^(BUTTON|A|SUMMARY|VIDEO)$/.test(element.tagName));
}

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';

export type Panel = 'participants' | 'chat' | 'statistics';
export type DialogName = 'settings' | 'shortcuts' | 'invite' | 'more';

/** What is open beside the stage (at most one panel) and above it (at most one dialog). */
export class Panels {
  readonly #panel: Signal<Panel | null> = signal(null);
  readonly #dialog: Signal<DialogName | null> = signal(null);
  readonly isChatOpen: ReadonlySignal<boolean> = computed(() => this.#panel.value === 'chat');

  get panel(): ReadonlySignal<Panel | null> {
    return this.#panel;
  }

  get dialog(): ReadonlySignal<DialogName | null> {
    return this.#dialog;
  }

  togglePanel(panel: Panel): void {
    this.#panel.value = this.#panel.peek() === panel ? null : panel;
  }

  closePanel(): void {
    this.#panel.value = null;
  }

  openDialog(dialog: DialogName): void {
    this.#dialog.value = dialog;
  }

  /** Closes this dialog, unless another one has taken its place. */
  closeDialog(dialog: DialogName): void {
    if (this.#dialog.peek() === dialog) this.#dialog.value = null;
  }
}

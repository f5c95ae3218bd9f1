import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';

export type Panel = 'participants' | 'chat' | 'statistics';
export type DialogName = 'settings' | 'shortcuts' | 'invite' | 'more' | 'moderation' | 'person' | 'confirm';

/** A question before something that cannot be undone. */
export interface Confirmation {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly label: string;
  readonly run: () => unknown;
}

/** What is open beside the stage (at most one panel) and above it (at most one dialog). */
export class Panels {
  readonly #panel: Signal<Panel | null> = signal(null);
  readonly #dialog: Signal<DialogName | null> = signal(null);
  readonly #personId: Signal<string | null> = signal(null);
  readonly #confirmation: Signal<Confirmation | null> = signal(null);
  readonly isChatOpen: ReadonlySignal<boolean> = computed(() => this.#panel.value === 'chat');

  get panel(): ReadonlySignal<Panel | null> {
    return this.#panel;
  }

  get dialog(): ReadonlySignal<DialogName | null> {
    return this.#dialog;
  }

  /** Whom the dialog `person` is about. */
  get personId(): ReadonlySignal<string | null> {
    return this.#personId;
  }

  get confirmation(): ReadonlySignal<Confirmation | null> {
    return this.#confirmation;
  }

  openPanel(panel: Panel): void {
    this.#panel.value = panel;
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

  openPerson(participantId: string): void {
    this.#personId.value = participantId;
    this.#dialog.value = 'person';
  }

  confirm(confirmation: Confirmation): void {
    this.#confirmation.value = confirmation;
    this.#dialog.value = 'confirm';
  }

  /** Closes this dialog, unless another one has taken its place. */
  closeDialog(dialog: DialogName): void {
    if (this.#dialog.peek() === dialog) this.#dialog.value = null;
  }
}

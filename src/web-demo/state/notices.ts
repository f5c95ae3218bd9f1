import { type ReadonlySignal, signal } from '@preact/signals';

export interface Notice {
  readonly id: number;
  readonly text: string;
  /** Problems are announced at once and stay longer. */
  readonly isProblem: boolean;
  /** Notices of a topic can be taken back together. */
  readonly topic: string | null;
}

const shownMs = 4500;
const problemShownMs = 9000;
/** When a crowd arrives only the last ones are told. */
const maxNotices = 3;

/** Short messages that come and go: who joined, what failed. */
export class Notices {
  readonly #list = signal<readonly Notice[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #nextId = 1;

  get list(): ReadonlySignal<readonly Notice[]> {
    return this.#list;
  }

  tell(text: string, topic: string | null = null): void {
    this.#add({ text, isProblem: false, topic });
  }

  warn(text: string): void {
    this.#add({ text, isProblem: true, topic: null });
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#list.value = this.#list.peek().filter((notice) => notice.id !== id);
  }

  dismissTopic(topic: string): void {
    for (const notice of this.#list.peek()) if (notice.topic === topic) this.dismiss(notice.id);
  }

  clear(): void {
    for (const { id } of this.#list.peek()) this.dismiss(id);
  }

  #add(content: Omit<Notice, 'id'>): void {
    if (this.#list.peek().some((notice) => notice.text === content.text)) return;
    const notice = { id: this.#nextId++, ...content };
    this.#list.value = [...this.#list.peek(), notice];
    const timer = setTimeout(() => this.dismiss(notice.id), notice.isProblem ? problemShownMs : shownMs);
    this.#timers.set(notice.id, timer);
    const [oldest] = this.#list.peek();
    if (oldest && this.#list.peek().length > maxNotices) this.dismiss(oldest.id);
  }
}

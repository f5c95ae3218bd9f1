import { type ReadonlySignal, signal } from '@preact/signals';

/** The devices that the browser shows this page, kept current. */
export class DeviceList {
  readonly #devices = signal<readonly MediaDeviceInfo[]>([]);
  readonly #isKnown = signal(false);
  readonly #refresh = () => void this.refresh();

  constructor() {
    navigator.mediaDevices?.addEventListener?.('devicechange', this.#refresh);
    this.#refresh();
  }

  get devices(): ReadonlySignal<readonly MediaDeviceInfo[]> {
    return this.#devices;
  }

  /** False until the browser has answered for the first time. */
  get isKnown(): ReadonlySignal<boolean> {
    return this.#isKnown;
  }

  /** Labels appear only after permission was given, so the list is read again then. */
  async refresh(): Promise<void> {
    try {
      this.#devices.value = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch {
      this.#devices.value = [];
    }
    this.#isKnown.value = true;
  }

  close(): void {
    navigator.mediaDevices?.removeEventListener?.('devicechange', this.#refresh);
  }
}

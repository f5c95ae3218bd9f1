import { type ReadonlySignal, signal } from '@preact/signals';

/** The devices that the browser shows this page, kept current. */
export class DeviceList {
  readonly #devices = signal<readonly MediaDeviceInfo[]>([]);
  readonly #refresh = () => void this.refresh();

  constructor() {
    navigator.mediaDevices?.addEventListener?.('devicechange', this.#refresh);
    this.#refresh();
  }

  get devices(): ReadonlySignal<readonly MediaDeviceInfo[]> {
    return this.#devices;
  }

  /** Labels appear only after permission was given, so the list is read again then. */
  async refresh(): Promise<void> {
    try {
      this.#devices.value = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch {
      this.#devices.value = [];
    }
  }

  close(): void {
    navigator.mediaDevices?.removeEventListener?.('devicechange', this.#refresh);
  }
}

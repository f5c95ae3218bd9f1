import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { Capture } from '../media/capture.ts';
import type { CameraWish } from '../media/capture-constraints.ts';
import { DeviceList } from '../media/device-list.ts';
import { canShareScreen, openBoth, openCamera, openMicrophone, openScreen } from '../media/open-device.ts';
import { preferences } from './preferences.ts';

export type Facing = 'user' | 'environment';

/** Our own camera, microphone and screen: what is captured, and what was asked for. */
export class LocalMedia {
  readonly camera = new Capture();
  readonly microphone = new Capture();
  readonly screen = new Capture();
  readonly screenAudio = new Capture();
  readonly devices = new DeviceList();
  readonly facing: Signal<Facing | null> = signal(null);
  readonly canShareScreen = canShareScreen();
  /** On means: asked for and really there. */
  readonly cameraOn: ReadonlySignal<boolean> = computed(
    () => preferences.cameraOn.value && this.camera.track.value !== null,
  );
  readonly microphoneOn: ReadonlySignal<boolean> = computed(
    () => preferences.microphoneOn.value && this.microphone.track.value !== null,
  );
  readonly screenOn: ReadonlySignal<boolean> = computed(() => this.screen.track.value !== null);
  readonly hasTwoCameras: ReadonlySignal<boolean> = computed(
    () => this.devices.devices.value.filter((device) => device.kind === 'videoinput').length > 1,
  );
  /** Our picture is shown as in a mirror, except from a camera that faces away from us. */
  readonly isMirrored: ReadonlySignal<boolean> = computed(
    () => preferences.mirror.value && this.facing.value !== 'environment',
  );

  constructor() {
    effect(() => {
      const track = this.microphone.track.value;
      if (track) track.enabled = preferences.microphoneOn.value;
    });
  }

  /** Opens what the person last had on, both with one permission prompt where possible. */
  async startPreview(): Promise<void> {
    const wantsCamera = preferences.cameraOn.value && this.camera.track.value === null;
    const wantsMicrophone = preferences.microphoneOn.value && this.microphone.track.value === null;
    if (wantsCamera && wantsMicrophone) {
      const both = openBoth(this.#cameraWish(), preferences.microphoneId.value);
      await Promise.all([
        this.camera.start(async () => (await both).camera()),
        this.microphone.start(async () => (await both).microphone()),
      ]);
    } else if (wantsCamera) await this.#startCamera();
    else if (wantsMicrophone) await this.#startMicrophone();
    await this.devices.refresh();
  }

  /** After a refusal: asks for both again. */
  async retryBoth(): Promise<void> {
    preferences.cameraOn.value = true;
    preferences.microphoneOn.value = true;
    await this.startPreview();
  }

  /** Turning the camera off frees the device, so that its light goes out. */
  async setCamera(isOn: boolean): Promise<void> {
    preferences.cameraOn.value = isOn;
    this.camera.clearProblem();
    if (!isOn) this.camera.stop();
    else if (this.camera.track.value === null) await this.#startCamera();
    await this.devices.refresh();
  }

  /** Muting keeps the device open, so that speaking again is instant. */
  async setMicrophone(isOn: boolean): Promise<void> {
    preferences.microphoneOn.value = isOn;
    this.microphone.clearProblem();
    if (isOn && this.microphone.track.value === null) await this.#startMicrophone();
    await this.devices.refresh();
  }

  async chooseCamera(deviceId: string): Promise<void> {
    preferences.cameraId.value = deviceId;
    this.facing.value = null;
    await this.#restartCamera();
  }

  async chooseMicrophone(deviceId: string): Promise<void> {
    preferences.microphoneId.value = deviceId;
    if (this.microphone.track.value === null) return;
    this.microphone.stop();
    await this.#startMicrophone();
  }

  /** A camera that was open already keeps its size until it is opened anew. */
  async changePictureHeight(height: typeof preferences.pictureHeight.value): Promise<void> {
    preferences.pictureHeight.value = height;
    await this.#restartCamera();
  }

  /** Switches between the two sides of a phone. */
  async flipCamera(): Promise<void> {
    preferences.cameraId.value = '';
    this.facing.value = this.facing.value === 'environment' ? 'user' : 'environment';
    await this.#restartCamera();
  }

  async startScreen(): Promise<void> {
    const tracks = openScreen();
    const video = await this.screen.start(async () => (await tracks).video);
    if (video === null) return;
    const { audio } = await tracks;
    if (audio) await this.screenAudio.start(async () => audio);
  }

  stopScreen(): void {
    this.screen.stop();
    this.screenAudio.stop();
  }

  stopAll(): void {
    for (const capture of [this.camera, this.microphone, this.screen, this.screenAudio]) capture.stop();
  }

  #cameraWish(): CameraWish {
    return {
      deviceId: preferences.cameraId.value,
      height: preferences.pictureHeight.value,
      facing: this.facing.value,
    };
  }

  /** Phones cannot open the second camera while the first is open. */
  async #restartCamera(): Promise<void> {
    if (this.camera.track.value === null) return;
    this.camera.stop();
    await this.#startCamera();
  }

  async #startCamera(): Promise<void> {
    await this.camera.start(() => openCamera(this.#cameraWish()));
  }

  async #startMicrophone(): Promise<void> {
    await this.microphone.start(() => openMicrophone(preferences.microphoneId.value));
  }
}

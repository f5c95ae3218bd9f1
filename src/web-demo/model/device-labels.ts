export interface DeviceOption {
  readonly deviceId: string;
  readonly label: string;
}

type DeviceLike = Pick<MediaDeviceInfo, 'deviceId' | 'kind' | 'label'>;

/** Hardware addresses that Chromium appends, such as ` (046d:0825)`, help nobody choose. */
const hardwareId = / \([0-9a-f]{4}:[0-9a-f]{4}\)$/i;
const aliases = new Set(['default', 'communications']);

/**
 * The devices of a kind to choose from. Before permission is given browsers hide labels, sometimes ids too; those get a
 * number. Chromium's `default` and `communications` entries are aliases of devices that are listed anyway.
 */
export function deviceOptions(
  devices: readonly DeviceLike[],
  kind: MediaDeviceKind,
  numbered: (number: number) => string,
): DeviceOption[] {
  return devices
    .filter((device) => device.kind === kind && device.deviceId !== '' && !aliases.has(device.deviceId))
    .map(({ deviceId, label }, index) => ({
      deviceId,
      label: label.replace(hardwareId, '') || numbered(index + 1),
    }));
}

/** The remembered device if it is still there, else the empty id, which means the system's default. */
export function knownDevice(options: readonly DeviceOption[], deviceId: string): string {
  return options.some((option) => option.deviceId === deviceId) ? deviceId : '';
}

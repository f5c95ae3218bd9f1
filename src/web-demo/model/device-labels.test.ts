import { describe, expect, it } from 'vitest';
import { deviceOptions, knownDevice } from './device-labels.ts';

const numbered = (number: number) => `Camera ${number}`;
const device = (kind: MediaDeviceKind, deviceId: string, label = '') => ({ kind, deviceId, label });

describe('deviceOptions', () => {
  it('lists devices of one kind without hardware addresses and aliases', () => {
    const devices = [
      device('audioinput', 'default', 'Default - Headset'),
      device('audioinput', 'communications', 'Communications - Headset'),
      device('audioinput', 'h', 'Headset (0d8c:0014)'),
      device('videoinput', 'c', 'Webcam (046d:0825)'),
    ];
    expect(deviceOptions(devices, 'audioinput', numbered)).toEqual([{ deviceId: 'h', label: 'Headset' }]);
    expect(deviceOptions(devices, 'videoinput', numbered)).toEqual([{ deviceId: 'c', label: 'Webcam' }]);
  });

  it('numbers devices whose label is hidden and leaves out those without an id', () => {
    const devices = [device('videoinput', 'a'), device('videoinput', 'b'), device('videoinput', '')];
    expect(deviceOptions(devices, 'videoinput', numbered).map((option) => option.label)).toEqual([
      'Camera 1',
      'Camera 2',
    ]);
  });
});

describe('knownDevice', () => {
  it('falls back to the default when the remembered device is gone', () => {
    const options = [{ deviceId: 'a', label: 'A' }];
    expect(knownDevice(options, 'a')).toBe('a');
    expect(knownDevice(options, 'b')).toBe('');
  });
});

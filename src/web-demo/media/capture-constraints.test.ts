import { describe, expect, it } from 'vitest';
import { cameraConstraints, isPictureHeight, microphoneConstraints } from './capture-constraints.ts';

describe('cameraConstraints', () => {
  it('asks for a size of 16:9 without insisting on it', () => {
    expect(cameraConstraints({ deviceId: '', height: 720, facing: null })).toMatchObject({
      width: { ideal: 1280 },
      height: { ideal: 720 },
    });
  });

  it('insists on a chosen device, and then the side it faces does not matter', () => {
    const constraints = cameraConstraints({ deviceId: 'cam', height: 360, facing: 'environment' });
    expect(constraints.deviceId).toEqual({ exact: 'cam' });
    expect(constraints.facingMode).toBeUndefined();
  });

  it('prefers the camera on the wanted side of a phone', () => {
    expect(cameraConstraints({ deviceId: '', height: 360, facing: 'environment' }).facingMode).toEqual({
      ideal: 'environment',
    });
  });
});

it('leaves the microphone to the system unless one was chosen', () => {
  expect(microphoneConstraints('').deviceId).toBeUndefined();
  expect(microphoneConstraints('mic').deviceId).toEqual({ exact: 'mic' });
});

it('accepts the offered heights only', () => {
  expect([720, 721, '720', null].map(isPictureHeight)).toEqual([true, false, false, false]);
});

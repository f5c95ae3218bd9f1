import { expect, it } from 'vitest';
import { supportProblem } from './browser-support.ts';

it('finds nothing wrong with a current browser on a secure page', () => {
  expect(supportProblem({ isSecureContext: true, hasPeerConnection: true, hasWebSocket: true })).toBeNull();
});

it('blames the address before the browser when the page is not secure', () => {
  expect(supportProblem({ isSecureContext: false, hasPeerConnection: true, hasWebSocket: true })).toBe('insecure');
  expect(supportProblem({ isSecureContext: false, hasPeerConnection: false, hasWebSocket: true })).toBe('insecure');
});

it('names the missing WebRTC on a secure page', () => {
  expect(supportProblem({ isSecureContext: true, hasPeerConnection: false, hasWebSocket: true })).toBe('noWebRtc');
});

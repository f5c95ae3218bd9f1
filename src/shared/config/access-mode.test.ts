import { expect, it } from 'vitest';
import { accessModeOf } from './access-mode.ts';

const settings = { auth: { mode: 'auto', apiKeys: [] }, http: { host: '127.0.0.1', trustProxy: false } } as const;
const key = { ...settings.auth, apiKeys: ['web:secret'] };

it.each([
  ['open on loopback without keys', settings, 'open'],
  ['open on IPv6 loopback', { ...settings, http: { host: '::1', trustProxy: false } }, 'open'],
  ['locked when there is a key', { ...settings, auth: key }, 'token'],
  ['locked when there is an identity provider', { ...settings, auth: { ...settings.auth, jwksUrl: 'x' } }, 'token'],
  ['locked behind a proxy', { ...settings, http: { host: '127.0.0.1', trustProxy: true } }, 'token'],
  ['locked on all addresses', { ...settings, http: { host: '0.0.0.0', trustProxy: false } }, 'token'],
  ['locked on an address of the network', { ...settings, http: { host: '192.168.1.5', trustProxy: false } }, 'token'],
  ['open when told so', { auth: { ...key, mode: 'open' }, http: { host: '::', trustProxy: false } }, 'open'],
] as const)('is %s', (_, given, mode) => {
  expect(accessModeOf(given)).toBe(mode);
});

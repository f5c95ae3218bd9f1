import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServer, type RunningServer } from '../../../src/server.ts';
import { loadConfig } from '../../../src/shared/config/load-config.ts';
import { createSilentLogger } from '../../../src/shared/logger.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { workerBin } from '../../support/worker-bin.ts';

const issuer = 'https://idp.example';
const anyPort = ['--http-port=0', '--media-port=0', '--turn-mode=off', '--media-workers=1'];

let provider: Server;
let server: RunningServer;
/** What the provider publishes; 503 while it is undefined. */
let keys: JWK[] | undefined;

beforeEach(async () => {
  keys = [];
  provider = createHttpServer((_, response) => {
    if (keys) response.end(JSON.stringify({ keys }));
    else response.writeHead(503).end();
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`;
  const auth = [`--auth-jwks-url=${url}`, `--auth-issuer=${issuer}`, '--auth-audience=crosspoint'];
  const args = [...anyPort, `--media-worker-bin=${workerBin()}`, ...auth];
  const { config } = await loadConfig({ args, environment: {}, cwd: tmpdir() });
  server = await createServer({ config, logger: createSilentLogger() });
});

afterEach(async () => {
  await server.close();
  provider.closeAllConnections();
  provider.close();
});

/** Somebody who has logged in at the provider. */
async function logIn(alg: 'EdDSA' | 'RS256', kid: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const token = ({ audience = 'crosspoint' } = {}) =>
    new SignJWT({ room: 'tea', grants: { moderate: true } })
      .setProtectedHeader({ alg, kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('alice')
      .setExpirationTime('1m')
      .sign(privateKey);
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg }, token };
}

const join = async (token: Promise<string>) =>
  SignalingClient.join(server.addresses.signaling, { room: 'tea', token: await token });

describe('tokens of an identity provider', () => {
  it.each(['EdDSA', 'RS256'] as const)('signed with %s let in, by the keys that it publishes', async (alg) => {
    const { jwk, token } = await logIn(alg, 'key-1');
    keys = [jwk];
    const { me } = await join(token());
    expect(me.participant.identity).toBe('alice');
    expect(me.grants.moderate).toBe(true);
    await expect(join(token({ audience: 'another' }))).rejects.toMatchObject({ code: 'unauthorized' });
    const stranger = await logIn(alg, 'key-1');
    await expect(join(stranger.token())).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('are not called bad while its keys cannot be fetched', async () => {
    const { jwk, token } = await logIn('EdDSA', 'key-1');
    keys = undefined;
    await expect(join(token())).rejects.toMatchObject({ code: 'internalError' });
    keys = [jwk];
    await join(token());
  });
});

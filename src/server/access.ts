import { accessModeOf, hasKeys, isExposed } from '../shared/config/access-mode.ts';
import type { Config } from '../shared/config/schema.ts';
import { signalingLimits } from '../shared/limits.ts';
import { Doorkeeper } from '../signaling/auth/doorkeeper.ts';
import { RevocationStore } from '../signaling/auth/revocation-store.ts';
import { Revocations } from '../signaling/auth/revocations.ts';
import { TokenVerifier } from '../signaling/auth/token-verifier.ts';
import type { Database } from '../signaling/storage/database.ts';

/** Whoever may join without a token: everybody who can reach the server, over the network or only on this machine. */
export type OpenTo = 'network' | 'machine' | undefined;

interface Access {
  doorkeeper: Doorkeeper;
  /** Absent without keys; there is no HTTP API then. */
  verifier: TokenVerifier | undefined;
  openTo: OpenTo;
}

/** What the configuration says about who may come in. */
export function createAccess(config: Config, database: Database): Access {
  const { clockToleranceSeconds } = config.auth;
  const mode = accessModeOf(config);
  const { maxRevocations, revocationKeptMs } = signalingLimits;
  const store = new RevocationStore(database);
  const revocations = new Revocations({ maxEntries: maxRevocations, keptMs: revocationKeptMs, store });
  const verifier = hasKeys(config) ? createVerifier(config, revocations) : undefined;
  return {
    doorkeeper: new Doorkeeper({ mode, verifier, clockToleranceSeconds, revocations }),
    verifier,
    openTo: mode === 'open' ? (isExposed(config) ? 'network' : 'machine') : undefined,
  };
}

function createVerifier({ auth }: Config, revocations: Revocations): TokenVerifier {
  const { apiKeys, jwksUrl, issuer, audience, clockToleranceSeconds } = auth;
  return new TokenVerifier({
    apiKeys: new Map(apiKeys.map(splitApiKey)),
    ...(jwksUrl !== undefined && { jwks: new URL(jwksUrl) }),
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    clockToleranceSeconds,
    revocations,
  });
}

/** `ID:SECRET`; the secret may hold colons. */
function splitApiKey(key: string): [id: string, secret: string] {
  const colon = key.indexOf(':');
  return [key.slice(0, colon), key.slice(colon + 1)];
}

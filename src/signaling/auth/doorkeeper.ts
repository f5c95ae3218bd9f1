import { CrosspointError } from '../../shared/errors.ts';
import type { AccessClaims } from './access-token.ts';
import { type Admission, openAdmission } from './admission.ts';
import type { Revocations } from './revocations.ts';
import type { TokenVerifier } from './token-verifier.ts';

interface DoorkeeperOptions {
  /** `open` lets in whoever brings no token. */
  mode: 'open' | 'token';
  /** Absent on an open server without keys: tokens are not looked at then. */
  verifier: Pick<TokenVerifier, 'verify'> | undefined;
  clockToleranceSeconds: number;
  /** Those that the verifier asks. */
  revocations?: Revocations;
}

/** Decides who comes in, before a room is touched. */
export class Doorkeeper {
  readonly #options: DoorkeeperOptions;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  /** At once where no token has to be checked; otherwise rejects with `unauthorized`, or `forbidden` without the grant. */
  admit(token: string | undefined, room: string): Admission | Promise<Admission> {
    const { mode, verifier, clockToleranceSeconds } = this.#options;
    if (!verifier || (mode === 'open' && token === undefined)) return openAdmission;
    return verifier.verify(token, room).then((claims) => admissionOf(claims, clockToleranceSeconds));
  }

  /** From now on tokens of this identity do not count that were issued before. */
  revoke(identity: string): void {
    this.#options.revocations?.revoke(identity);
  }
}

export const openDoor: Doorkeeper = new Doorkeeper({ mode: 'open', verifier: undefined, clockToleranceSeconds: 0 });

function admissionOf(claims: AccessClaims, clockToleranceSeconds: number): Admission {
  const { join, ...grants } = claims.grants;
  if (!join) throw new CrosspointError('forbidden', { message: 'The token does not permit to join.' });
  return {
    identity: claims.link ? undefined : claims.sub,
    name: claims.name,
    metadata: claims.metadata,
    grants,
    expiresAt: claims.exp * 1000,
    endsAt: (claims.exp + clockToleranceSeconds) * 1000,
  };
}

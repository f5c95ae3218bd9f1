import { randomBytes } from 'node:crypto';
import { attributeType } from '../stun/attribute-type.ts';
import {
  decodePasswordAlgorithm,
  encodePasswordAlgorithms,
  longTermKey,
  type PasswordAlgorithm,
} from '../stun/password-algorithm.ts';
import { type IntegrityAlgorithm, integrityAlgorithmOf, isIntegrityRight } from '../stun/stun-integrity.ts';
import type { StunMessage } from '../stun/stun-message.ts';
import type { CredentialStore } from './credential-store.ts';
import { announcesPasswordAlgorithms, type NonceIssuer } from './nonce-issuer.ts';

/** What a request proved; its key and algorithm also sign the reply. */
export interface Credential {
  readonly username: string;
  readonly identity: string;
  readonly passwordAlgorithm: PasswordAlgorithm;
  readonly key: Buffer;
  readonly integrity: IntegrityAlgorithm;
}

export type Authentication = { readonly credential: Credential } | { readonly refused: 400 | 401 | 438 };

interface Claim {
  readonly username: string;
  readonly nonce: string;
  readonly passwordAlgorithm: PasswordAlgorithm;
}

interface Claimant {
  readonly address: string;
  readonly nowMs: number;
  /** The credential that the five-tuple's allocation was made with. */
  readonly established: Credential | undefined;
}

/** RFC 8489 section 14: the most bytes of USERNAME, and of REALM and NONCE. */
const maxUsernameBytes = 508;
const maxQuotedBytes = 763;

/** The long-term credential mechanism of RFC 8489 section 9.2.4, step by step. */
export class Authenticator {
  readonly #realm: string;
  readonly #store: CredentialStore;
  readonly #nonces: NonceIssuer;
  readonly #offered: Buffer | undefined;
  /** Unknown users are checked against this, so that they take as long as known ones with a wrong password. */
  readonly #nobodysKey = randomBytes(16);

  constructor(options: {
    realm: string;
    store: CredentialStore;
    nonces: NonceIssuer;
    passwordAlgorithms: readonly PasswordAlgorithm[];
  }) {
    this.#realm = options.realm;
    this.#store = options.store;
    this.#nonces = options.nonces;
    this.#offered = options.passwordAlgorithms.includes('sha256')
      ? encodePasswordAlgorithms(options.passwordAlgorithms)
      : undefined;
  }

  /** The attributes with which a 401 or 438 tells the client how to authenticate. */
  challenge(address: string, nowMs: number): { realm: string; nonce: string; passwordAlgorithms: Buffer | undefined } {
    return { realm: this.#realm, nonce: this.#nonces.issue(address, nowMs), passwordAlgorithms: this.#offered };
  }

  authenticate(message: StunMessage, claimant: Claimant): Authentication {
    const integrity = integrityAlgorithmOf(message);
    if (integrity === undefined) return { refused: 401 };
    const claim = this.#readClaim(message);
    if (claim === undefined) return { refused: 400 };
    if (!this.#nonces.isFresh(claim.nonce, claimant.address, claimant.nowMs)) return { refused: 438 };
    const credential = this.#verifyEstablished(message, claim, claimant) ?? this.#verify(message, claim, claimant);
    return credential === undefined ? { refused: 401 } : { credential: { ...credential, integrity } };
  }

  /** Step 2: an integrity attribute needs a user, a realm, a nonce, and password algorithms that fit the offer. */
  #readClaim(message: StunMessage): Claim | undefined {
    const username = this.#usernameOf(message);
    const nonce = boundedText(message.get(attributeType.nonce), maxQuotedBytes);
    const realm = boundedText(message.get(attributeType.realm), maxQuotedBytes);
    if (username === undefined || nonce === undefined || realm === undefined) return undefined;
    const passwordAlgorithm = this.#passwordAlgorithmOf(message, nonce);
    return passwordAlgorithm === undefined ? undefined : { username, nonce, passwordAlgorithm };
  }

  /** An unknown USERHASH is a claim of nobody, which step 4 refuses with 401; a missing one is a bad request. */
  #usernameOf(message: StunMessage): string | undefined {
    const userhash = message.get(attributeType.userhash);
    if (userhash !== undefined)
      return userhash.length === 32 ? (this.#store.usernameOfHash(userhash) ?? '') : undefined;
    return boundedText(message.get(attributeType.username), maxUsernameBytes);
  }

  /**
   * Step 3: without either attribute the algorithm is MD5; otherwise both must be there, the list must be the one that
   * was offered, or somebody bids down, and the choice must be one of it.
   */
  #passwordAlgorithmOf(message: StunMessage, nonce: string): PasswordAlgorithm | undefined {
    const list = message.get(attributeType.passwordAlgorithms);
    const choice = message.get(attributeType.passwordAlgorithm);
    if (list === undefined && choice === undefined) return 'md5';
    if (!announcesPasswordAlgorithms(nonce)) return 'md5';
    if (list === undefined || choice === undefined || this.#offered?.equals(list) !== true) return undefined;
    return decodePasswordAlgorithm(choice);
  }

  /**
   * An allocation's own credential stays good for it after the ephemeral name has expired or its secret was rotated
   * away: a call must not end because it lasts. Revocation is what ends it.
   */
  #verifyEstablished(
    message: StunMessage,
    claim: Claim,
    claimant: Claimant,
  ): Omit<Credential, 'integrity'> | undefined {
    const known = claimant.established;
    if (known?.username !== claim.username || known.passwordAlgorithm !== claim.passwordAlgorithm) return undefined;
    if (this.#store.isRevoked(known.identity, claimant.nowMs)) return undefined;
    return isIntegrityRight(message, known.key) ? known : undefined;
  }

  #verify(message: StunMessage, claim: Claim, claimant: Claimant): Omit<Credential, 'integrity'> | undefined {
    const { username, passwordAlgorithm } = claim;
    const user = this.#store.find(username, claimant.nowMs);
    const keys = (user?.passwords ?? []).map((password) =>
      longTermKey({ username, realm: this.#realm, password, algorithm: passwordAlgorithm }),
    );
    const key = (keys.length === 0 ? [this.#nobodysKey] : keys).find((candidate) =>
      isIntegrityRight(message, candidate),
    );
    if (user === undefined || key === undefined) return undefined;
    return { username, identity: user.identity, passwordAlgorithm, key };
  }
}

function boundedText(value: Buffer | undefined, maxBytes: number): string | undefined {
  return value === undefined || value.length > maxBytes ? undefined : value.toString('utf8');
}

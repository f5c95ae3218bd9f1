import { ipFamilyOf } from './ip-address.ts';

/**
 * The addresses under which a NAT announces this host's relay addresses, written as coturn's `external-ip`: `public`
 * for all of a family, or `public/private` for one.
 */
export class ExternalAddresses {
  readonly #externalOf = new Map<string, string>();
  readonly #localOf = new Map<string, string>();

  constructor(entries: readonly string[], relayAddresses: readonly string[]) {
    for (const entry of entries) {
      const [external = '', local] = entry.split('/');
      const locals =
        local === undefined ? relayAddresses.filter((own) => ipFamilyOf(own) === ipFamilyOf(external)) : [local];
      for (const own of locals) this.#externalOf.set(own, external);
      if (locals[0] !== undefined) this.#localOf.set(external, locals[0]);
    }
  }

  /** What clients are told instead of a local address. */
  externalOf(local: string): string {
    return this.#externalOf.get(local) ?? local;
  }

  /** Where datagrams for an announced address go: to this host itself, past a NAT that may not hairpin. */
  localOf(external: string): string {
    return this.#localOf.get(external) ?? external;
  }
}

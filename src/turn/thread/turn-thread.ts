import type { SecureContextOptions } from 'node:tls';
import { Authenticator } from '../auth/authenticator.ts';
import { CredentialStore } from '../auth/credential-store.ts';
import { NonceIssuer } from '../auth/nonce-issuer.ts';
import { TurnEngine } from '../engine.ts';
import { AddressRateLimiter } from '../limit/address-rate-limiter.ts';
import { SharedByteRateLimiter } from '../limit/byte-rate-limiter.ts';
import { LimitLog, type TurnLogger } from '../limit/limit-log.ts';
import { type AddressAndPort, type AllowPeer, PeerFilter } from '../limit/peer-filter.ts';
import { QuotaLedger } from '../limit/quota-ledger.ts';
import { type ListenerPlace, Listeners } from '../listener/listeners.ts';
import type { TurnServices } from '../method/turn-request.ts';
import { MetricCells } from '../metrics.ts';
import { ExternalAddresses } from '../net/external-addresses.ts';
import type { TurnOptions } from '../options.ts';
import { AllocationTable } from '../relay/allocation-table.ts';
import { PortReservations } from '../relay/port-reservations.ts';
import type { RelayContext } from '../relay/relay-context.ts';
import { RelayPorts } from '../relay/relay-ports.ts';
import type { ThreadMemory } from './thread-memory.ts';

export interface TurnThreadOptions {
  readonly options: TurnOptions;
  readonly memory: ThreadMemory;
  readonly index: number;
  readonly relayAddresses: readonly string[];
  readonly allowedPairs: readonly AddressAndPort[];
  readonly revokedUsers: readonly string[];
  readonly certificate: SecureContextOptions | undefined;
}

/** One thread's whole server: its sockets, its allocations, and its share of the common counters. */
export class TurnThread {
  readonly #store: CredentialStore;
  readonly #filter: PeerFilter;
  readonly #services: TurnServices;
  readonly #listeners: Listeners;
  #closing: Promise<void> | undefined;

  constructor(setup: TurnThreadOptions, environment: { logger: TurnLogger; allowPeer?: AllowPeer | undefined }) {
    const { options, memory, index } = setup;
    const store = createStore(setup);
    const externals = new ExternalAddresses(options.externalAddresses, setup.relayAddresses);
    const metrics = new MetricCells(memory.metrics[index] ?? MetricCells.createMemory());
    this.#store = store;
    this.#filter = createFilter(setup, externals, environment.allowPeer);
    const limitLog = new LimitLog(environment.logger);
    const context = createContext(setup, { externals, metrics, limitLog, filter: this.#filter });
    this.#services = createServices(setup, context);
    const engine = new TurnEngine({
      services: this.#services,
      authenticator: createAuthenticator(setup, store),
      rateLimiter: new AddressRateLimiter({
        perSecond: options.unauthenticatedPerSecond,
        burst: options.unauthenticatedBurst,
      }),
      stunOnly: options.stunOnly,
    });
    this.#listeners = new Listeners({
      engine,
      reusePort: options.threads > 0,
      certificate: setup.certificate,
      timeouts: {
        idleMs: options.lifetimes.idleConnectionSeconds * 1000,
        tlsHandshakeMs: options.lifetimes.tlsHandshakeSeconds * 1000,
      },
    });
  }

  /** Opens the listeners and returns where they are; a port 0 has become a real one. */
  async open(places: readonly ListenerPlace[]): Promise<readonly ListenerPlace[]> {
    const { externals } = this.#services.context;
    const opened = await this.#listeners.open(places);
    for (const { address, port } of opened) {
      this.#filter.addOwnPort({ address, port });
      this.#filter.addOwnPort({ address: externals.externalOf(address), port });
    }
    return opened;
  }

  setSecrets(secrets: readonly string[]): void {
    this.#store.setSecrets(secrets);
  }

  revokeUser(identity: string): void {
    this.#store.revoke(identity, Date.now());
    this.#services.allocations.revoke(identity);
  }

  setAllowedPairs(pairs: readonly AddressAndPort[]): void {
    this.#filter.setAllowedPairs(pairs);
    this.#services.allocations.recheckPeers();
  }

  setCertificate(certificate: SecureContextOptions): void {
    this.#listeners.setCertificate(certificate);
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    this.#services.allocations.close();
    await this.#listeners.close();
  }
}

function createStore({ options, revokedUsers }: TurnThreadOptions): CredentialStore {
  const users = new Map(Object.entries(options.users));
  const store = new CredentialStore({ realm: options.realm, secrets: options.secrets, users });
  for (const identity of revokedUsers) store.revoke(identity, Date.now());
  return store;
}

/** USERHASH is offered only where every user can be found by it: ephemeral names are not known beforehand. */
function createAuthenticator({ options, memory }: TurnThreadOptions, store: CredentialStore): Authenticator {
  const nonces = new NonceIssuer({
    key: Buffer.from(memory.nonceKey),
    lifetimeMs: options.lifetimes.nonceSeconds * 1000,
    passwordAlgorithms: options.sha256,
    usernameAnonymity: options.sha256 && options.secrets.length === 0,
  });
  const passwordAlgorithms = options.sha256 ? (['sha256', 'md5'] as const) : (['md5'] as const);
  return new Authenticator({ realm: options.realm, store, nonces, passwordAlgorithms });
}

function createFilter(setup: TurnThreadOptions, externals: ExternalAddresses, allowPeer?: AllowPeer): PeerFilter {
  const { options, relayAddresses, allowedPairs } = setup;
  const ownAddresses = [...relayAddresses, ...relayAddresses.map((address) => externals.externalOf(address))];
  const relayPorts = { min: options.minPort, max: options.maxPort };
  const { allowedPeers, deniedPeers, allowLoopbackPeers } = options;
  const filter = new PeerFilter({ allowedPeers, deniedPeers, allowLoopbackPeers, allowPeer, ownAddresses, relayPorts });
  filter.setAllowedPairs(allowedPairs);
  return filter;
}

function createContext(
  { options, memory }: TurnThreadOptions,
  parts: Pick<RelayContext, 'externals' | 'metrics' | 'limitLog' | 'filter'>,
): RelayContext {
  const total = options.maxBytesPerSecondTotal;
  return {
    ...parts,
    totalBytes: total > 0 ? new SharedByteRateLimiter(memory.totalBytes, total) : undefined,
    allocationBytesPerSecond: options.maxBytesPerSecondPerAllocation,
    permissionLifetimeMs: options.lifetimes.permissionSeconds * 1000,
    channelLifetimeMs: options.lifetimes.channelSeconds * 1000,
  };
}

function createServices(
  { options, memory, index, relayAddresses }: TurnThreadOptions,
  context: RelayContext,
): TurnServices {
  const { minPort, maxPort, lifetimes } = options;
  const reservations = new PortReservations(memory.reservations);
  return {
    context,
    allocations: new AllocationTable({ metrics: context.metrics, sweepIntervalMs: sweepIntervalMs(options) }),
    ports: new RelayPorts({ relayAddresses, minPort, maxPort, reservations }),
    quotas: new QuotaLedger({ sketches: memory.quotas, own: index, seed: memory.quotaSeed }),
    quotaMax: { user: options.userQuota, address: options.addressQuota, total: options.totalQuota },
    maxChannel: options.rfc5766Channels ? 0x7fff : 0x4fff,
    lifetimes: { defaultMs: lifetimes.allocationSeconds * 1000, maxMs: lifetimes.maxAllocationSeconds * 1000 },
  };
}

/** Once a second is often enough for lifetimes of minutes; short ones are swept in proportion. */
function sweepIntervalMs({ lifetimes }: TurnOptions): number {
  const shortest = Math.min(lifetimes.allocationSeconds, lifetimes.permissionSeconds, lifetimes.channelSeconds);
  return Math.min(1_000, Math.max(20, shortest * 100));
}

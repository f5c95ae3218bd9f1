import type { RemoteInfo } from 'node:dgram';
import { turnLimits } from '../../shared/limits.ts';
import type { Credential } from '../auth/authenticator.ts';
import { ByteRateLimiter } from '../limit/byte-rate-limiter.ts';
import type { QuotaHold } from '../limit/quota-ledger.ts';
import { metricIndex } from '../metrics.ts';
import type { IpFamily, TransportAddress } from '../net/ip-address.ts';
import type { Peer } from './peer.ts';
import { Permission } from './permission.ts';
import { Relay } from './relay.ts';
import type { RelayContext } from './relay-context.ts';
import type { BoundRelay } from './relay-ports.ts';
import type { TurnClient } from './turn-client.ts';

interface ChannelBinding {
  readonly peer: Peer;
  expiresAtMs: number;
}

export interface AllocationOptions {
  readonly client: TurnClient;
  readonly credential: Credential;
  readonly hold: QuotaHold;
  readonly context: RelayContext;
  /** For recognising the retransmission of the request that made it. */
  readonly transactionId: Buffer;
  readonly nowMs: number;
}

/**
 * What one client has at this server: one relayed address, or one of each family, the permissions and the channels. It
 * has no timer; the table that holds it sweeps it, so that nothing stale can fire on a five-tuple that is used again.
 */
export class Allocation {
  readonly client: TurnClient;
  readonly credential: Credential;
  readonly transactionId: Buffer;
  readonly #hold: QuotaHold;
  readonly #context: RelayContext;
  readonly #limiter: ByteRateLimiter | undefined;
  #relay4: Relay | undefined;
  #relay6: Relay | undefined;
  readonly #permissions = new Map<string, Permission>();
  readonly #channels = new Map<number, ChannelBinding>();
  /** The peer that sent last, which is most likely the one that sends next. */
  #lastPeer: Peer | undefined;
  #closed = false;

  constructor(options: AllocationOptions) {
    this.client = options.client;
    this.credential = options.credential;
    this.transactionId = Buffer.from(options.transactionId);
    this.#hold = options.hold;
    this.#context = options.context;
    const bytesPerSecond = options.context.allocationBytesPerSecond;
    this.#limiter = bytesPerSecond > 0 ? new ByteRateLimiter(bytesPerSecond, options.nowMs) : undefined;
  }

  get relays(): readonly Relay[] {
    return [this.#relay4, this.#relay6].filter((relay) => relay !== undefined);
  }

  addRelay(bound: BoundRelay, expiresAtMs: number): Relay {
    const announcedAddress = this.#context.externals.externalOf(bound.address);
    const onDatagram = (datagram: Buffer, remote: RemoteInfo) => this.#handleDatagram(datagram, remote);
    const relay = new Relay({ bound, announcedAddress, expiresAtMs, onDatagram });
    if (relay.family === 4) this.#relay4 = relay;
    else this.#relay6 = relay;
    return relay;
  }

  relayOf(family: IpFamily): Relay | undefined {
    return family === 4 ? this.#relay4 : this.#relay6;
  }

  /** Ends one family's relayed address with its channels and permissions; the other family's stays. */
  closeRelay(relay: Relay): void {
    if (this.relayOf(relay.family) !== relay) return;
    if (relay.family === 4) this.#relay4 = undefined;
    else this.#relay6 = undefined;
    relay.close();
    this.#unbindWhere(({ peer }) => peer.permission.family === relay.family);
    this.#endPermissionsWhere((permission) => permission.family === relay.family);
  }

  /** Whether a permission exists or there is room for it. */
  hasRoomFor(addresses: readonly string[]): boolean {
    const added = new Set(
      addresses.map((address) => this.#localOf(address)).filter((own) => !this.#permissions.has(own)),
    );
    return this.#permissions.size + added.size <= turnLimits.maxPermissionsPerAllocation;
  }

  /** Installs or refreshes a permission; only this does, never traffic (RFC 8656 section 9). */
  permit({ family, address }: Pick<TransportAddress, 'family' | 'address'>, nowMs: number): Permission {
    const local = this.#localOf(address);
    const permission = this.#permissions.get(local) ?? this.#addPermission(family, local, address);
    permission.active = true;
    permission.expiresAtMs = nowMs + this.#context.permissionLifetimeMs;
    return permission;
  }

  /** The channel that is bound to a peer, or 0. */
  channelOf(target: TransportAddress, nowMs: number): number {
    this.sweep(nowMs);
    return this.#permissions.get(this.#localOf(target.address))?.peerAt(target.port).channel ?? 0;
  }

  isChannelBound(channel: number, nowMs: number): boolean {
    this.sweep(nowMs);
    return this.#channels.has(channel);
  }

  hasRoomForChannel(): boolean {
    return this.#channels.size < turnLimits.maxChannelsPerAllocation;
  }

  /** Binds or refreshes a channel, and its permission with it (RFC 8656 section 12.2). */
  bindChannel(channel: number, target: TransportAddress, nowMs: number): void {
    const peer = this.permit(target, nowMs).peerAt(target.port);
    peer.channel = channel;
    this.#channels.set(channel, { peer, expiresAtMs: nowMs + this.#context.channelLifetimeMs });
  }

  /** The fast path upwards. False when no channel of that number is bound. */
  relayChannel(channel: number, payload: Buffer): boolean {
    const binding = this.#channels.get(channel);
    if (binding === undefined) return false;
    this.relayTo(binding.peer, payload);
    return true;
  }

  /** The permitted peer at an address; undefined without a permission. */
  findPeer(address: string, port: number): Peer | undefined {
    return this.#permissions.get(this.#localOf(address))?.peerAt(port);
  }

  relayTo(peer: Peer, payload: Buffer): void {
    const { metrics } = this.#context;
    if (!peer.allowed || !peer.permission.active) return this.#countDrop(peer);
    if (!this.#takeBytes(payload.length)) return;
    if (this.relayOf(peer.permission.family)?.send(peer, payload) !== true)
      return metrics.add(metricIndex.droppedBackpressure, 1);
    metrics.add(metricIndex.packetsToPeer, 1);
    metrics.add(metricIndex.bytesToPeer, payload.length);
  }

  /** Ends what is over; true when nothing of the allocation is left. */
  sweep(nowMs: number): boolean {
    this.#unbindWhere(({ expiresAtMs }) => expiresAtMs <= nowMs);
    this.#endPermissionsWhere(({ expiresAtMs }) => expiresAtMs <= nowMs);
    for (const relay of this.relays) if (relay.expiresAtMs <= nowMs) this.closeRelay(relay);
    return this.#relay4 === undefined && this.#relay6 === undefined;
  }

  /** Has the filter asked anew about every peer, after its lists have changed. */
  recheckPeers(): void {
    const { filter } = this.#context;
    this.#endPermissionsWhere(({ announcedAddress }) => !filter.allowsAddress(announcedAddress));
    for (const permission of this.#permissions.values()) permission.recheckPeers();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const relay of this.relays) this.closeRelay(relay);
    this.#hold.release();
    this.client.setAllocation(undefined);
  }

  /** The fast path downwards: only what a permitted peer sent is passed on (RFC 8656 section 11.3). */
  #handleDatagram(datagram: Buffer, remote: RemoteInfo): void {
    const last = this.#lastPeer;
    const known = last !== undefined && last.port === remote.port && last.address === remote.address;
    const peer = known && last.permission.active ? last : this.#permissions.get(remote.address)?.peerAt(remote.port);
    if (peer?.permission.active !== true) return this.#context.metrics.add(metricIndex.droppedNoPermission, 1);
    this.#lastPeer = peer;
    this.#relayToClient(peer, datagram);
  }

  #relayToClient(peer: Peer, datagram: Buffer): void {
    const { metrics } = this.#context;
    const bytes = datagram.length;
    if (!peer.allowed) return metrics.add(metricIndex.droppedForbiddenPeer, 1);
    if (!this.#takeBytes(bytes)) return;
    const bound = peer.channel !== 0;
    const header = bound ? peer.channelHeader(bytes) : peer.dataHeader(bytes);
    if (!this.client.sendRelayed(header, datagram, !bound)) return metrics.add(metricIndex.droppedBackpressure, 1);
    metrics.add(metricIndex.packetsToClient, 1);
    metrics.add(metricIndex.bytesToClient, bytes);
  }

  #countDrop(peer: Peer): void {
    this.#context.metrics.add(peer.allowed ? metricIndex.droppedNoPermission : metricIndex.droppedForbiddenPeer, 1);
  }

  #takeBytes(bytes: number): boolean {
    const { totalBytes } = this.#context;
    if (this.#limiter === undefined && totalBytes === undefined) return true;
    const withinOwn = this.#limiter?.take(bytes, performance.now()) ?? true;
    if (withinOwn && (totalBytes?.take(bytes, Date.now()) ?? true)) return true;
    this.#context.metrics.add(metricIndex.droppedBandwidth, 1);
    const limit = withinOwn ? 'total bandwidth' : 'allocation bandwidth';
    this.#context.limitLog.hit(limit, { user: this.credential.identity, client: this.client.remote.address });
    return false;
  }

  #addPermission(family: IpFamily, address: string, announcedAddress: string): Permission {
    const { filter } = this.#context;
    const allows = (port: number) => filter.allows(announcedAddress, port) && !filter.isOwnPort(address, port);
    const permission = new Permission({ address, announcedAddress, family, allows });
    this.#permissions.set(address, permission);
    return permission;
  }

  /** An ended permission is kept, inactive, for as long as a channel refers to one of its peers. */
  #endPermissionsWhere(isOver: (permission: Permission) => boolean): void {
    for (const [address, permission] of this.#permissions) {
      if (!isOver(permission)) continue;
      permission.active = false;
      if (!permission.hasChannels()) this.#permissions.delete(address);
    }
  }

  #unbindWhere(isOver: (binding: ChannelBinding) => boolean): void {
    for (const [channel, binding] of this.#channels) {
      if (!isOver(binding)) continue;
      binding.peer.channel = 0;
      this.#channels.delete(channel);
    }
  }

  #localOf(address: string): string {
    return this.#context.externals.localOf(address);
  }
}

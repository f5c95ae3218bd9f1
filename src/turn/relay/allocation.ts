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
import { type RelayContext, reportFault } from './relay-context.ts';
import type { BoundRelay } from './relay-ports.ts';
import type { TurnClient } from './turn-client.ts';

interface ChannelBinding {
  readonly peer: Peer;
  expiresAtMs: number;
}

const noObstacle = -1;
const dropped = {
  forbiddenPeer: metricIndex.droppedForbiddenPeer,
  noPermission: metricIndex.droppedNoPermission,
  bandwidth: metricIndex.droppedBandwidth,
  backpressure: metricIndex.droppedBackpressure,
} as const;

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
  /** The attributes of the reply to the request that made it. */
  answer: readonly (readonly [type: number, value: Buffer])[] = [];
  /** The peer of the last Send indication, with its address's bytes as they were received. */
  readonly recentSend: { address: number; peer: Peer | undefined } = { address: 0, peer: undefined };
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
    const onDatagram = (datagram: Buffer, remote: RemoteInfo) => {
      try {
        this.#handleDatagram(datagram, remote);
      } catch (error) {
        reportFault(this.#context, error);
      }
    };
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

  /** The peer at an address that a permission is known for, which may have ended. */
  findPeer(address: string, port: number): Peer | undefined {
    return this.#permissions.get(this.#localOf(address))?.peerAt(port);
  }

  /** Whether the peer filter lets this very address and port be relayed. */
  mayReach({ address, port }: TransportAddress): boolean {
    const { filter } = this.#context;
    return filter.allows(address, port) && !filter.isOwnPort(this.#localOf(address), port);
  }

  relayTo(peer: Peer, payload: Buffer): void {
    const obstacle = this.#obstacleTo(peer, payload.length);
    if (obstacle !== noObstacle) this.#drop(obstacle);
    else if (this.relayOf(peer.permission.family)?.send(peer, payload) !== true) this.#drop(dropped.backpressure);
    else this.#countToPeer(payload.length);
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
    this.#lastPeer = peer;
    if (peer === undefined) this.#drop(dropped.noPermission);
    else this.#relayToClient(peer, datagram);
  }

  #relayToClient(peer: Peer, datagram: Buffer): void {
    const bytes = datagram.length;
    const obstacle = this.#obstacleTo(peer, bytes);
    const header = peer.channel === 0 ? peer.dataHeader(bytes) : peer.channelHeader(bytes);
    if (obstacle !== noObstacle) this.#drop(obstacle);
    else if (!this.client.sendRelayed(header, datagram, peer.channel === 0)) this.#drop(dropped.backpressure);
    else this.#countToClient(bytes);
  }

  /** The metric of the reason why a packet to or from a peer is dropped, or noObstacle. */
  #obstacleTo(peer: Peer, bytes: number): number {
    if (!peer.allowed) return dropped.forbiddenPeer;
    if (!peer.permission.active) return dropped.noPermission;
    return this.#takeBytes(bytes) ? noObstacle : dropped.bandwidth;
  }

  #drop(reason: number): void {
    this.#context.metrics.add(reason, 1);
  }

  #countToPeer(bytes: number): void {
    const { metrics } = this.#context;
    metrics.add(metricIndex.packetsToPeer, 1);
    metrics.add(metricIndex.bytesToPeer, bytes);
  }

  #countToClient(bytes: number): void {
    const { metrics } = this.#context;
    metrics.add(metricIndex.packetsToClient, 1);
    metrics.add(metricIndex.bytesToClient, bytes);
  }

  #takeBytes(bytes: number): boolean {
    const { totalBytes } = this.#context;
    if (this.#limiter === undefined && totalBytes === undefined) return true;
    const withinOwn = this.#limiter?.take(bytes, performance.now()) ?? true;
    if (withinOwn && (totalBytes?.take(bytes, Date.now()) ?? true)) return true;
    const limit = withinOwn ? 'total bandwidth' : 'allocation bandwidth';
    this.#context.limitLog.hit(limit, { user: this.credential.identity, client: this.client.remote.address });
    return false;
  }

  #addPermission(family: IpFamily, address: string, announcedAddress: string): Permission {
    const allows = (port: number) => this.mayReach({ family, address: announcedAddress, port });
    const permission = new Permission({ address, announcedAddress, family, allows });
    this.#permissions.set(address, permission);
    return permission;
  }

  /** An ended permission is kept, inactive, for as long as a channel refers to one of its peers. */
  #endPermissionsWhere(isOver: (permission: Permission) => boolean): void {
    for (const [address, permission] of this.#permissions) {
      if (!isOver(permission)) continue;
      permission.active = false;
      if (this.recentSend.peer?.permission === permission) this.recentSend.peer = undefined;
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

import { turnLimits } from '../../shared/limits.ts';
import type { IpFamily } from '../net/ip-address.ts';
import { Peer } from './peer.ts';

/** A peer address that may exchange data with the client, whatever its port (RFC 8656 section 9). */
export class Permission {
  /** Where datagrams of this peer really go to and come from. */
  readonly address: string;
  /** The address as the client spelled it, which a NAT of ours may have made another one. */
  readonly announcedAddress: string;
  readonly family: IpFamily;
  expiresAtMs = 0;
  /** False once it has expired; a channel may keep the object beyond that, but nothing is relayed. */
  active = false;
  readonly #peers = new Map<number, Peer>();
  readonly #allows: (port: number) => boolean;

  constructor(options: {
    address: string;
    announcedAddress: string;
    family: IpFamily;
    allows: (port: number) => boolean;
  }) {
    this.address = options.address;
    this.announcedAddress = options.announcedAddress;
    this.family = options.family;
    this.#allows = options.allows;
  }

  peerAt(port: number): Peer {
    return this.#peers.get(port) ?? this.#addPeer(port);
  }

  /** True while a channel is bound to one of its ports. */
  hasChannels(): boolean {
    for (const peer of this.#peers.values()) if (peer.channel !== 0) return true;
    return false;
  }

  /** Asks the filter anew about every port, after its lists have changed. */
  recheckPeers(): void {
    for (const peer of this.#peers.values()) peer.allowed = this.#allows(peer.port);
  }

  /** A peer may send from any port, so what is remembered about ports is bounded. */
  #addPeer(port: number): Peer {
    if (this.#peers.size >= turnLimits.maxPeersPerPermission) this.#forgetUnbound();
    const peer = new Peer(this, port, this.#allows(port));
    this.#peers.set(port, peer);
    return peer;
  }

  #forgetUnbound(): void {
    for (const [port, peer] of this.#peers) if (peer.channel === 0) this.#peers.delete(port);
  }
}

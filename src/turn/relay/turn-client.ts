import type { TransportAddress } from '../net/ip-address.ts';
import type { Allocation } from './allocation.ts';

/**
 * One five-tuple as the listener sees it: a UDP client address at a listening socket, or a TCP or TLS connection. It
 * owns at most one allocation and knows how to write to the client.
 */
export interface TurnClient {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly remote: TransportAddress;
  readonly local: TransportAddress;
  readonly allocation: Allocation | undefined;
  /** Called with the allocation once it exists, and with undefined once it is closed. */
  setAllocation(allocation: Allocation | undefined): void;
  /** Writes a whole STUN message. */
  sendMessage(message: Buffer): void;
  /**
   * Writes relayed data behind a header, padded to four bytes where `padded` or the transport asks for it. False when it
   * was dropped because the client takes too little. Neither buffer is kept.
   */
  sendRelayed(header: Buffer, payload: Buffer, padded: boolean): boolean;
}

import { randomBytes } from 'node:crypto';
import type { TransportAddress } from '../net/ip-address.ts';
import { attributeType } from '../stun/attribute-type.ts';
import { StunMessageBuilder } from '../stun/stun-message-builder.ts';
import { stunClass, stunMethod } from '../stun/stun-type.ts';
import { encodeXorAddress } from '../stun/xor-address.ts';
import type { Permission } from './permission.ts';

/** One remote end of an allocation, with the headers of what the client is sent from it made once. */
export class Peer {
  readonly permission: Permission;
  /** Where datagrams go to and come from. */
  readonly address: string;
  readonly port: number;
  /** Whether the peer filter lets this very port be relayed. */
  allowed: boolean;
  /** The channel that is bound to this peer, or 0. */
  channel = 0;
  readonly #channelHeader = Buffer.alloc(4);
  #dataHeader: Buffer | undefined;

  constructor(permission: Permission, port: number, allowed: boolean) {
    this.permission = permission;
    this.address = permission.address;
    this.port = port;
    this.allowed = allowed;
  }

  /** The address as the client knows it. */
  get announced(): TransportAddress {
    return { family: this.permission.family, address: this.permission.announcedAddress, port: this.port };
  }

  /** The header of ChannelData (RFC 8656 section 12.4). */
  channelHeader(payloadBytes: number): Buffer {
    this.#channelHeader.writeUInt16BE(this.channel, 0);
    this.#channelHeader.writeUInt16BE(payloadBytes, 2);
    return this.#channelHeader;
  }

  /**
   * Everything of a Data indication before its payload (RFC 8656 section 11.4). The transaction id is random for each
   * peer: nothing answers an indication, and the XOR of an IPv6 address depends on it.
   */
  dataHeader(payloadBytes: number): Buffer {
    this.#dataHeader ??= buildDataHeader(this.announced);
    const header = this.#dataHeader;
    header.writeUInt16BE(header.length - 20 + payloadBytes + (-payloadBytes & 3), 2);
    header.writeUInt16BE(payloadBytes, header.length - 2);
    return header;
  }
}

function buildDataHeader(announced: TransportAddress): Buffer {
  const transactionId = randomBytes(12);
  return new StunMessageBuilder(stunMethod.data, stunClass.indication, transactionId)
    .add(attributeType.xorPeerAddress, encodeXorAddress(announced, transactionId))
    .add(attributeType.data, Buffer.alloc(0))
    .build();
}

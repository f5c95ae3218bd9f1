import { turnLimits } from '../shared/limits.ts';
import type { Authenticator, Credential } from './auth/authenticator.ts';
import type { AddressRateLimiter } from './limit/address-rate-limiter.ts';
import { networkOf } from './limit/quota-ledger.ts';
import { handleAllocate } from './method/allocate.ts';
import { handleChannelBind } from './method/channel-bind.ts';
import { handleCreatePermission } from './method/create-permission.ts';
import { handleRefresh } from './method/refresh.ts';
import { relaySendIndication, sendIndicationType } from './method/send-indication.ts';
import type { Outcome, RequestHandler, TurnServices } from './method/turn-request.ts';
import { metricIndex } from './metrics.ts';
import { reportFault } from './relay/relay-context.ts';
import type { TurnClient } from './relay/turn-client.ts';
import { attributeType } from './stun/attribute-type.ts';
import type { StunErrorCode } from './stun/stun-error.ts';
import { hasStunHeader, parseStunMessage, type StunMessage } from './stun/stun-message.ts';
import { StunMessageBuilder } from './stun/stun-message-builder.ts';
import { stunClass, stunMethod } from './stun/stun-type.ts';
import { encodeXorAddress } from './stun/xor-address.ts';

const turnHandlers: ReadonlyMap<number, RequestHandler> = new Map([
  [stunMethod.allocate, handleAllocate],
  [stunMethod.refresh, handleRefresh],
  [stunMethod.createPermission, handleCreatePermission],
  [stunMethod.channelBind, handleChannelBind],
]);

export interface TurnEngineOptions {
  readonly services: TurnServices;
  readonly authenticator: Authenticator;
  readonly rateLimiter: AddressRateLimiter;
  /** Answers Binding only. */
  readonly stunOnly: boolean;
}

/** Takes whole messages from the listeners: relays what is data, answers what is a request, drops the rest. */
export class TurnEngine {
  readonly services: TurnServices;
  readonly #authenticator: Authenticator;
  readonly #rateLimiter: AddressRateLimiter;
  readonly #stunOnly: boolean;

  constructor(options: TurnEngineOptions) {
    this.services = options.services;
    this.#authenticator = options.authenticator;
    this.#rateLimiter = options.rateLimiter;
    this.#stunOnly = options.stunOnly;
  }

  /**
   * Takes one datagram or frame. Nothing that arrives may end the process: a fault of ours costs the packet that met it,
   * is counted and logged.
   */
  handle(client: TurnClient, buffer: Buffer): void {
    try {
      if (buffer.length > 0 && buffer.readUInt8(0) >= 0x40) this.#handleChannelData(client, buffer);
      else this.#handleMessage(client, buffer);
    } catch (error) {
      reportFault(this.services.context, error);
    }
  }

  /** ChannelData, its four-byte header included (RFC 8656 section 12.6). Nothing else is looked at. */
  #handleChannelData(client: TurnClient, frame: Buffer): void {
    const end = frame.length < 4 ? Number.POSITIVE_INFINITY : 4 + frame.readUInt16BE(2);
    if (end > frame.length) this.#drop(metricIndex.droppedMalformed);
    else if (client.allocation?.relayChannel(frame.readUInt16BE(0), frame.subarray(4, end)) !== true) {
      this.#drop(metricIndex.droppedNoPermission);
    }
  }

  /** Anything that does not begin like ChannelData. */
  #handleMessage(client: TurnClient, buffer: Buffer): void {
    if (!hasStunHeader(buffer)) this.#drop(metricIndex.droppedMalformed);
    else if (buffer.readUInt16BE(0) === sendIndicationType) this.#relayIndication(client, buffer);
    else if (buffer.length > turnLimits.maxRequestBytes) this.#drop(metricIndex.droppedMalformed);
    else if (client.allocation !== undefined || this.#takeToken(client)) this.#handleOther(client, buffer);
  }

  #relayIndication(client: TurnClient, buffer: Buffer): void {
    const { allocation } = client;
    const relayed = allocation !== undefined && relaySendIndication(allocation, buffer);
    if (!relayed) this.#drop(metricIndex.droppedNoPermission);
  }

  #handleOther(client: TurnClient, buffer: Buffer): void {
    const message = parseStunMessage(buffer);
    if (message === undefined) this.#drop(metricIndex.droppedMalformed);
    else if (message.messageClass === stunClass.request) this.#handleRequest(client, message);
  }

  /** RFC 8489 section 6.3: a method that is not supported is discarded in silence. */
  #handleRequest(client: TurnClient, message: StunMessage): void {
    const handler = this.#stunOnly ? undefined : turnHandlers.get(message.method);
    if (message.method === stunMethod.binding) this.#handleBinding(client, message);
    else if (handler !== undefined) this.#authenticate(client, message, handler);
  }

  #handleBinding(client: TurnClient, message: StunMessage): void {
    this.services.context.metrics.add(metricIndex.bindingRequests, 1);
    const unknown = message.unknownRequired();
    const mapped = encodeXorAddress(client.remote, message.transactionId);
    if (unknown.length > 0) this.#refuseUnknown(client, message, unknown);
    else this.#reply(client, message, { attributes: [[attributeType.xorMappedAddress, mapped]] });
  }

  /** RFC 8489 section 6.3: authentication comes first, then unknown attributes, then the method itself. */
  #authenticate(client: TurnClient, message: StunMessage, handler: RequestHandler): void {
    const established = client.allocation?.credential;
    const claimant = { address: client.remote.address, nowMs: Date.now(), established };
    const result = this.#authenticator.authenticate(message, claimant);
    if ('credential' in result) this.#perform(client, message, handler, result.credential);
    else if (client.allocation === undefined || this.#takeToken(client)) this.#refuse(client, message, result.refused);
  }

  #perform(client: TurnClient, message: StunMessage, handler: RequestHandler, credential: Credential): void {
    const unknown = message.unknownRequired();
    const request = { client, message, credential, nowMs: performance.now() };
    if (unknown.length > 0) this.#refuseUnknown(client, message, unknown, credential);
    else this.#reply(client, message, handler(this.services, request), credential);
  }

  /** 401 and 438 bring a fresh nonce; a 400 has nothing to offer (RFC 8489 section 9.2.4). */
  #refuse(client: TurnClient, message: StunMessage, code: 400 | 401 | 438): void {
    const reply = this.#beginError(message, code);
    if (code !== 400) this.#addChallenge(reply, client.remote.address);
    this.#send(client, message, reply);
  }

  #addChallenge(reply: StunMessageBuilder, address: string): void {
    const { realm, nonce, passwordAlgorithms } = this.#authenticator.challenge(address, Date.now());
    reply.addText(attributeType.realm, realm).addText(attributeType.nonce, nonce);
    if (passwordAlgorithms !== undefined) reply.add(attributeType.passwordAlgorithms, passwordAlgorithms);
  }

  #refuseUnknown(client: TurnClient, message: StunMessage, unknown: readonly number[], credential?: Credential): void {
    this.#send(client, message, this.#beginError(message, 420).addUnknownAttributes(unknown), credential);
  }

  #reply(client: TurnClient, message: StunMessage, outcome: Outcome, credential?: Credential): void {
    const reply = 'error' in outcome ? this.#beginError(message, outcome.error) : this.#beginSuccess(message, outcome);
    this.#send(client, message, reply, credential);
  }

  #beginSuccess(message: StunMessage, { attributes }: Extract<Outcome, { attributes: unknown }>): StunMessageBuilder {
    const reply = new StunMessageBuilder(message.method, stunClass.success, message.transactionId);
    for (const [type, value] of attributes) reply.add(type, value);
    return reply;
  }

  #beginError(message: StunMessage, code: StunErrorCode): StunMessageBuilder {
    this.services.context.metrics.addError(code);
    return new StunMessageBuilder(message.method, stunClass.error, message.transactionId).addErrorCode(code);
  }

  /** Signs a reply as the request was signed, and adds FINGERPRINT where the request had one. */
  #send(client: TurnClient, message: StunMessage, reply: StunMessageBuilder, credential?: Credential): void {
    if (credential !== undefined) reply.addIntegrity(credential.key, credential.integrity);
    if (message.has(attributeType.fingerprint)) reply.addFingerprint();
    client.sendMessage(reply.build());
  }

  #takeToken(client: TurnClient): boolean {
    if (this.#rateLimiter.take(networkOf(client.remote.address), performance.now())) return true;
    this.#drop(metricIndex.droppedUnauthenticatedRate);
    this.services.context.limitLog.hit('unauthenticated requests', { client: client.remote.address });
    return false;
  }

  #drop(reason: number): void {
    this.services.context.metrics.add(reason, 1);
  }
}

import type { SecureContextOptions } from 'node:tls';
import type { TurnEngine } from '../engine.ts';
import { StreamListener, type StreamTimeouts } from './stream-listener.ts';
import { UdpListener } from './udp-listener.ts';

export interface ListenerPlace {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly address: string;
  readonly port: number;
}

/** The listening sockets of one thread. */
export class Listeners {
  readonly #engine: TurnEngine;
  readonly #reusePort: boolean;
  readonly #certificate: SecureContextOptions | undefined;
  readonly #timeouts: StreamTimeouts;
  readonly #open: (UdpListener | StreamListener)[] = [];

  constructor(options: {
    engine: TurnEngine;
    reusePort: boolean;
    certificate: SecureContextOptions | undefined;
    timeouts: StreamTimeouts;
  }) {
    this.#engine = options.engine;
    this.#reusePort = options.reusePort;
    this.#certificate = options.certificate;
    this.#timeouts = options.timeouts;
  }

  /** Opens every place or none. TCP takes the port that UDP was given where it was left to chance. */
  async open(places: readonly ListenerPlace[]): Promise<readonly ListenerPlace[]> {
    const opened: ListenerPlace[] = [];
    try {
      for (const place of places) opened.push(await this.#openPlace(place, opened));
    } catch (error) {
      await this.close();
      throw error;
    }
    return opened;
  }

  setCertificate(certificate: SecureContextOptions): void {
    for (const listener of this.#open) if (listener instanceof StreamListener) listener.setCertificate(certificate);
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((listener) => listener.close()));
  }

  async #openPlace(place: ListenerPlace, opened: readonly ListenerPlace[]): Promise<ListenerPlace> {
    const sibling = place.transport === 'tcp' && place.port === 0 ? opened.find(isUdpAt(place.address)) : undefined;
    const listener =
      (sibling && (await this.#listen({ ...place, port: sibling.port }).catch(() => undefined))) ??
      (await this.#listen(place));
    this.#open.push(listener);
    return { ...place, port: listener.local.port };
  }

  #listen({ transport, address, port }: ListenerPlace): Promise<UdpListener | StreamListener> {
    const common = { engine: this.#engine, reusePort: this.#reusePort, address, port };
    if (transport === 'udp') return UdpListener.open(common);
    const options = { ...common, timeouts: this.#timeouts };
    return transport === 'tcp'
      ? StreamListener.openTcp(options)
      : StreamListener.openTls(options, this.#certificate ?? {});
  }
}

function isUdpAt(address: string) {
  return (place: ListenerPlace) => place.transport === 'udp' && place.address === address;
}

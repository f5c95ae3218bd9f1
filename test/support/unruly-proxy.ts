import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that behaves like a bad network: it cuts, half-closes, delays and stalls connections, or lets nobody in. */
export class UnrulyProxy implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<[client: Socket, upstream: Socket]>();
  /** Those whose bytes pass. */
  readonly #flowing = new Set<[client: Socket, upstream: Socket]>();
  #port = 0;
  #refusing = false;
  connections = 0;

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  }

  static async start(target: string): Promise<UnrulyProxy> {
    const server = createServer((client) => proxy.#accept(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy: UnrulyProxy = new UnrulyProxy(server, new URL(target).pathname);
    proxy.target = target;
    return proxy;
  }

  /** Where new connections go. */
  set target(url: string) {
    this.#port = Number(new URL(url).port);
  }

  /** Ends all connections at once, as when a phone loses its network. */
  cut(): void {
    for (const [client, upstream] of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  /** Nothing passes any more in either direction, and nobody is told: a half-open connection. */
  stall(): void {
    for (const pair of this.#pairs) this.#hold(pair);
  }

  /** Holds back what passes in either direction, and lets it go on after so long. */
  delay(durationMs: number): void {
    for (const pair of this.#flowing) {
      const [client, upstream] = pair;
      this.#hold(pair);
      const timer = setTimeout(() => {
        this.#flowing.add(pair);
        client.pipe(upstream).pipe(client);
      }, durationMs);
      client.once('close', () => clearTimeout(timer));
    }
  }

  /** One side is told that the other will send no more, which the other does not know; what it sends is lost. */
  halfClose(side: 'client' | 'server'): void {
    for (const pair of this.#flowing) {
      const [told, other] = side === 'client' ? pair : pair.toReversed();
      this.#flowing.delete(pair);
      other?.unpipe(told).resume();
      told?.end();
    }
  }

  /** While true new connections are ended as soon as they come. */
  set refusing(refusing: boolean) {
    this.#refusing = refusing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    this.connections += 1;
    const upstream = connect(this.#port, '127.0.0.1');
    const pair: [Socket, Socket] = [client, upstream];
    this.#pairs.add(pair);
    this.#flowing.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#pairs.delete(pair);
        this.#flowing.delete(pair);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  }

  #hold(pair: [client: Socket, upstream: Socket]): void {
    const [client, upstream] = pair;
    this.#flowing.delete(pair);
    client.unpipe(upstream).pause();
    upstream.unpipe(client).pause();
  }
}

import type { types } from 'mediasoup';

/** Anything of mediasoup's that tells its end, whatever the cause. */
interface Closable {
  observer: { once(event: 'close', listener: () => void): unknown };
}

/**
 * Counts what lives in one worker. It listens to mediasoup's own observers, so that it also sees what our code forgot.
 */
export class Census {
  routers = 0;
  transports = 0;
  producers = 0;
  consumers = 0;

  watch(worker: types.Worker): void {
    worker.observer.on('newrouter', (router) => this.#watchRouter(router));
  }

  #watchRouter(router: types.Router): void {
    this.#count('routers', router);
    router.observer.on('newtransport', (transport) => this.#watchTransport(transport));
  }

  #watchTransport(transport: types.Transport): void {
    this.#count('transports', transport);
    transport.observer.on('newproducer', (producer) => this.#count('producers', producer));
    transport.observer.on('newconsumer', (consumer) => this.#count('consumers', consumer));
  }

  #count(kind: 'routers' | 'transports' | 'producers' | 'consumers', object: Closable): void {
    this[kind] += 1;
    object.observer.once('close', () => {
      this[kind] -= 1;
    });
  }
}

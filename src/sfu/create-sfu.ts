import { setLogEventListeners } from 'mediasoup';
import type { Logger } from '../shared/logger.ts';
import { mediaCodecs } from './codecs.ts';
import { Room } from './room.ts';
import { type SfuOptions, sfuDefaults } from './sfu-options.ts';
import type { Sfu } from './types.ts';
import { WorkerPool } from './worker-pool.ts';

type Defaulted = keyof typeof sfuDefaults;
export type CreateSfuOptions = Omit<SfuOptions, Defaulted> & Partial<Pick<SfuOptions, Defaulted>>;

/** Starts the workers and resolves when all of them listen; rejects, with nothing left behind, when one cannot. */
export async function createSfu(parts: { logger: Logger; options: CreateSfuOptions }): Promise<Sfu> {
  const { logger } = parts;
  const options: SfuOptions = { ...sfuDefaults, ...parts.options };
  const codecs = mediaCodecs(options.codecs);
  setLogEventListeners({
    onwarn: (namespace, text) => logger.debug({ from: namespace }, text),
    onerror: (namespace, text, error) => logger.warn({ from: namespace, err: error }, text),
  });
  const pool = await WorkerPool.start({ ...options, logger });
  const rooms = new Set<Room>();
  return {
    get ports() {
      return pool.ports;
    },
    createRoom(name) {
      const onClosed = () => rooms.delete(room);
      const room = new Room({ pool, codecs, options, logger: logger.child({ room: name }), onClosed });
      rooms.add(room);
      return room;
    },
    counts: () => ({
      ...pool.counts(),
      rooms: rooms.size,
      sessions: [...rooms].reduce((sum, { sessionCount }) => sum + sessionCount, 0),
    }),
    workerPids: () => pool.pids,
    async close() {
      for (const room of rooms) room.close();
      // A worker that is told to end complains about its pipes.
      setLogEventListeners({});
      await pool.close();
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Beat } from './beat.ts';
import type { Dialect } from './dialects.ts';
import { Member } from './member.ts';

/** What a hub is made to do; the unit of work is in the name of its kind. */
export type Workload =
  | { kind: 'churn'; roomSize: number; members: number; inFlight: number; inOneGo?: boolean }
  | { kind: 'broadcast'; roomSize: number; members: number; inFlightPerRoom: number; bytes: number }
  | { kind: 'relay'; roomSize: 2; members: number; inFlightPerRoom: number; bytes: number };

const connectBatch = 50;

/** Members that are joined, ready to be made to work again and again. */
export class Population {
  readonly #dialect: Dialect;
  readonly #origin: string;
  readonly rooms: Member[][] = [];

  constructor(dialect: Dialect, origin: string) {
    this.#dialect = dialect;
    this.#origin = origin;
  }

  async fill(members: number, roomSize: number): Promise<void> {
    const prefix = `${members}-${roomSize}`;
    for (let index = 0; index < members; index += connectBatch) {
      const batch = Array.from({ length: Math.min(connectBatch, members - index) }, (_, offset) => {
        const room = Math.floor((index + offset) / roomSize);
        const member = new Member(this.#dialect, `${prefix}-${room}`);
        this.rooms[room] = [...(this.rooms[room] ?? []), member];
        return member.connect(this.#origin).then(() => member.join());
      });
      await Promise.all(batch);
    }
  }

  close(): void {
    for (const member of this.rooms.flat()) member.close();
  }
}

/** Keeps a workload going from `start` to `stop` and counts the units that were done. */
export interface Running {
  done(): number;
  stop(): Promise<void>;
}

export function run(workload: Workload, population: Population): Running {
  const beat = new Beat();
  const { done, stop } = start(workload, population.rooms, beat);
  return { done, stop: () => stop().finally(() => beat.stop()) };
}

function start(workload: Workload, rooms: Member[][], beat: Beat): Running {
  switch (workload.kind) {
    case 'churn':
      return runChurn(rooms, workload, beat);
    case 'broadcast':
      return runBroadcast(rooms, workload, beat);
    case 'relay':
      return runRelay(rooms, workload, beat);
  }
}

/** Unit: one member leaves and joins again, and both were answered. Everybody else in the room is told twice. */
function runChurn(rooms: Member[][], { inFlight, inOneGo = false }: Workload & { kind: 'churn' }, beat: Beat): Running {
  let done = 0;
  let stopped = false;
  // Neighbours in this order are in different rooms, so that churn spreads over all of them.
  const order = interleave(rooms);
  const turnOver = async (first: number): Promise<void> => {
    // Each loop has members of its own: nobody may leave twice at a time.
    const own = order.filter((_, index) => index % inFlight === first);
    for (let index = 0; !stopped; index = (index + 1) % own.length) {
      const member = own[index];
      if (!member) return;
      await beat.next();
      if (inOneGo) {
        await new Promise<void>((resolve) => member.changeRooms(resolve));
      } else {
        await new Promise<void>((resolve) => member.leave(resolve));
        await beat.next();
        await new Promise<void>((resolve) => member.rejoin(resolve));
      }
      done++;
    }
  };
  const loops = Array.from({ length: inFlight }, (_, index) => turnOver(index));
  return {
    done: () => done,
    async stop() {
      stopped = true;
      await Promise.all(loops);
    },
  };
}

/** Unit: one message delivered to one member. A room gets its next message when one has reached everybody. */
function runBroadcast(
  rooms: Member[][],
  { inFlightPerRoom, bytes }: Workload & { kind: 'broadcast' },
  beat: Beat,
): Running {
  let done = 0;
  let outstanding = 0;
  let stopped = false;
  const body = 'x'.repeat(bytes);
  for (const room of rooms) {
    const receivers = room.length - 1;
    let delivered = 0;
    let sender = 0;
    const send = (): void => {
      outstanding++;
      room[sender++ % room.length]?.sendMessage(body);
    };
    const onDelivery = (): void => {
      done++;
      delivered++;
      if (delivered % receivers !== 0) return;
      outstanding--;
      if (!stopped) beat.onNext(send);
    };
    for (const member of room) member.onDelivery = onDelivery;
    for (let message = 0; message < inFlightPerRoom; message++) beat.onNext(send);
  }
  return {
    done: () => done,
    stop: () =>
      drain(
        () => outstanding,
        () => (stopped = true),
      ),
  };
}

/** Unit: one offer relayed to the other of a pair. Both sides of a pair talk, each with its own messages in flight. */
function runRelay(rooms: Member[][], { inFlightPerRoom, bytes }: Workload & { kind: 'relay' }, beat: Beat): Running {
  let done = 0;
  let outstanding = 0;
  let stopped = false;
  const sdp = sessionDescription(bytes);
  for (const [left, right] of rooms) {
    if (!left || !right) continue;
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      const send = (): void => {
        outstanding++;
        from.sendOffer(to.id, sdp);
      };
      to.onDelivery = () => {
        done++;
        outstanding--;
        if (!stopped) beat.onNext(send);
      };
      for (let message = 0; message < inFlightPerRoom / 2; message++) beat.onNext(send);
    }
  }
  return {
    done: () => done,
    stop: () =>
      drain(
        () => outstanding,
        () => {
          stopped = true;
        },
      ),
  };
}

async function drain(outstanding: () => number, stop: () => void): Promise<void> {
  stop();
  const until = performance.now() + 5_000;
  while (outstanding() > 0) {
    if (performance.now() > until) throw new Error(`${outstanding()} messages were never delivered`);
    await sleep(5);
  }
}

/** A text with as many line ends as a session description of that size has. */
export function sessionDescription(bytes: number): string {
  return 'a=candidate:0 1 udp 2122260223 192.168.1.2 5 typ host\r\n'.repeat(Math.ceil(bytes / 55)).slice(0, bytes);
}

/** Neighbours in this order are in different rooms. */
export function interleave(rooms: Member[][]): Member[] {
  const longest = Math.max(...rooms.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => rooms.flatMap((room) => room[index] ?? [])).flat();
}

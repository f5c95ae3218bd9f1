import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from './member.ts';
import { interleave, sessionDescription, type Workload } from './workloads.ts';

/** What came of a window at one rate. */
export interface Offered {
  units: number;
  /** From when an operation was due to when it was done, in ms. */
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** How late operations were begun: beyond a few ms the generator is the bottleneck. */
  generatorLagMs: number;
}

/** Called when an operation that was due then is done, or for one receiver of many. */
type Done = (dueMs: number) => void;

interface Load {
  /** Begins the next operation, whether or not earlier ones are done. */
  begin(dueMs: number): void;
  /** Units done so far. */
  units(): number;
  outstanding(): number;
  /** Puts everybody where they were at first. */
  restore?(): void;
}

const drainMs = 20_000;
/** How long somebody is out of the room, unless a quarter of all would be. */
const awaySeconds = 0.05;

/**
 * Begins operations at a rate, each at its own time and however long the ones before take; latency counts from that
 * time. So a hub that falls behind is not spared, as it would be by clients that wait for an answer before they go on.
 */
export class OpenLoop {
  readonly #load: Load;
  readonly #perMs: number;
  readonly #startedMs = performance.now();
  #begun = 0;
  #stopped = false;
  #latencies: number[] = [];
  #lags: number[] = [];
  #unitsBefore = 0;

  constructor(workload: Workload, rooms: Member[][], perSecond: number) {
    this.#load = loadOf(workload, rooms, perSecond, (dueMs) => this.#latencies.push(performance.now() - dueMs));
    this.#perMs = perSecond / 1000;
    this.#poll();
  }

  /** Forgets what has been measured. */
  beginWindow(): void {
    this.#latencies = [];
    this.#lags = [];
    this.#unitsBefore = this.#load.units();
  }

  endWindow(): Offered {
    const latency = percentiles(this.#latencies);
    return {
      units: this.#load.units() - this.#unitsBefore,
      p50Ms: latency(0.5),
      p95Ms: latency(0.95),
      p99Ms: latency(0.99),
      generatorLagMs: percentiles(this.#lags)(0.99),
    };
  }

  /** Begins no more, and waits for what was begun; returns how much of it is not done after a while. */
  async stop(): Promise<number> {
    this.#stopped = true;
    this.#load.restore?.();
    const until = performance.now() + drainMs;
    while (this.#load.outstanding() > 0 && performance.now() < until) await sleep(5);
    return this.#load.outstanding();
  }

  /** Polls instead of sleeping, so that operations begin on time, and that waking the generator costs the hub nothing. */
  readonly #poll = (): void => {
    if (this.#stopped) return;
    const nowMs = performance.now();
    for (let dueMs = this.#nextDueMs; dueMs <= nowMs; dueMs = this.#nextDueMs) {
      this.#begun += 1;
      this.#lags.push(nowMs - dueMs);
      this.#load.begin(dueMs);
    }
    setImmediate(this.#poll);
  };

  get #nextDueMs(): number {
    return this.#startedMs + this.#begun / this.#perMs;
  }
}

function percentiles(values: number[]): (share: number) => number {
  const sorted = Float64Array.from(values).sort();
  return (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.POSITIVE_INFINITY;
}

function loadOf(workload: Workload, rooms: Member[][], perSecond: number, done: Done): Load {
  switch (workload.kind) {
    case 'churn':
      return workload.inOneGo ? changingRooms(rooms, done) : churn(rooms, perSecond, done);
    case 'broadcast':
      return broadcast(rooms, workload.bytes, done);
    case 'relay':
      return relay(rooms, workload.bytes, done);
  }
}

/** Operations: a leave and a join in turn. Who has left comes back a moment later. Unit: both. */
function churn(rooms: Member[][], perSecond: number, done: Done): Load {
  const order = interleave(rooms);
  const memberAt = (index: number) => order[index % order.length];
  const awayFor = Math.ceil(Math.min((perSecond / 2) * awaySeconds, order.length / 4));
  const requests = { sent: 0, answered: 0 };
  let begun = 0;
  const send = (request: 'leave' | 'rejoin', index: number, dueMs: number) => {
    requests.sent += 1;
    memberAt(index)?.[request](() => {
      requests.answered += 1;
      done(dueMs);
    });
  };
  return {
    begin(dueMs) {
      const index = begun >> 1;
      if ((begun & 1) === 0) send('leave', index, dueMs);
      else if (index >= awayFor) send('rejoin', index - awayFor, dueMs);
      begun += 1;
    },
    units: () => requests.answered / 2,
    outstanding: () => requests.sent - requests.answered,
    restore() {
      const left = (begun + 1) >> 1;
      const back = Math.max(0, (begun >> 1) - awayFor);
      for (let index = back; index < left; index += 1) send('rejoin', index, performance.now());
    },
  };
}

/** Operation and unit: a leave and a join in one piece. */
function changingRooms(rooms: Member[][], done: Done): Load {
  const order = interleave(rooms);
  let begun = 0;
  let answered = 0;
  return {
    begin(dueMs) {
      const member = order[begun % order.length];
      begun += 1;
      member?.changeRooms(() => {
        answered += 1;
        done(dueMs);
      });
    },
    units: () => answered,
    outstanding: () => begun - answered,
  };
}

/** Operation: a message to a room, the rooms in turn. Unit: its delivery to one member. The first member of each only listens. */
function broadcast(rooms: Member[][], bytes: number, done: Done): Load {
  const body = 'x'.repeat(bytes);
  let begun = 0;
  let expected = 0;
  let delivered = 0;
  const due = rooms.map((room) => {
    const waiting: number[] = [];
    for (const member of room) {
      member.onDelivery = () => {
        delivered += 1;
      };
    }
    const [listener] = room;
    if (listener) {
      listener.onDelivery = () => {
        delivered += 1;
        done(waiting.shift() ?? Number.NaN);
      };
    }
    return waiting;
  });
  return {
    begin(dueMs) {
      const room = rooms[begun % rooms.length] ?? [];
      due[begun % rooms.length]?.push(dueMs);
      const sender = 1 + (Math.floor(begun / rooms.length) % (room.length - 1));
      begun += 1;
      expected += room.length - 1;
      room[sender]?.sendMessage(body);
    },
    units: () => delivered,
    outstanding: () => expected - delivered,
  };
}

/** Operation and unit: an offer relayed to the other of a pair, both directions of all pairs in turn. */
function relay(rooms: Member[][], bytes: number, done: Done): Load {
  const sdp = sessionDescription(bytes);
  let begun = 0;
  let delivered = 0;
  const ways = rooms.flatMap(([left, right]) => (left && right ? [way(left, right), way(right, left)] : []));
  function way(from: Member, to: Member) {
    const waiting: number[] = [];
    to.onDelivery = () => {
      delivered += 1;
      done(waiting.shift() ?? Number.NaN);
    };
    return { from, to, waiting };
  }
  return {
    begin(dueMs) {
      const chosen = ways[begun % ways.length];
      begun += 1;
      chosen?.waiting.push(dueMs);
      chosen?.from.sendOffer(chosen.to.id, sdp);
    },
    units: () => delivered,
    outstanding: () => begun - delivered,
  };
}

import { type StunErrorCode, stunErrorCodes } from './stun/stun-error.ts';

const gaugeNames = ['allocations', 'connections'] as const;

const counterNames = [
  'allocationsCreated',
  'allocationsExpired',
  'allocationsRevoked',
  'connectionsAccepted',
  'connectionsRefused',
  'bindingRequests',
  'packetsToPeer',
  'bytesToPeer',
  'packetsToClient',
  'bytesToClient',
  'faults',
  'droppedMalformed',
  'droppedUnauthenticatedRate',
  'droppedNoPermission',
  'droppedForbiddenPeer',
  'droppedBandwidth',
  'droppedBackpressure',
] as const;

const metricNames = [...gaugeNames, ...counterNames];

export type MetricName = (typeof gaugeNames)[number] | (typeof counterNames)[number];

/** Plain data: gauges (`allocations`, `connections`), counters since the start, and error replies by code. */
export type TurnMetrics = Readonly<Record<MetricName, number>> & {
  readonly errorsByCode: Readonly<Record<StunErrorCode, number>>;
};

/** Where each metric's cell is; a packet adds by number, without a look-up by name. */
export const metricIndex = Object.fromEntries(metricNames.map((name, index) => [name, index])) as Readonly<
  Record<MetricName, number>
>;

/** One thread's counters, in memory that the main thread can read at any time. */
export class MetricCells {
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory);
  }

  static createMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer((metricNames.length + stunErrorCodes.length) * Float64Array.BYTES_PER_ELEMENT);
  }

  add(index: number, amount: number): void {
    this.#cells[index] = (this.#cells[index] ?? 0) + amount;
  }

  addError(code: StunErrorCode): void {
    this.add(metricNames.length + stunErrorCodes.indexOf(code), 1);
  }

  clearGauges(): void {
    for (const name of gaugeNames) this.#cells[metricIndex[name]] = 0;
  }

  at(index: number): number {
    return this.#cells[index] ?? 0;
  }
}

/** The sum over all threads. */
export function readMetrics(threads: readonly MetricCells[]): TurnMetrics {
  const sum = (index: number) => threads.reduce((total, cells) => total + cells.at(index), 0);
  const values = Object.fromEntries(metricNames.map((name, index) => [name, sum(index)])) as Record<MetricName, number>;
  const errors = stunErrorCodes.map((code, index) => [code, sum(metricNames.length + index)]);
  return { ...values, errorsByCode: Object.fromEntries(errors) as Record<StunErrorCode, number> };
}

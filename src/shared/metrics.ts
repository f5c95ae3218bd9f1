import { readdirSync, readFileSync, statSync } from 'node:fs';
import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import { EventLoopMonitor } from './event-loop-monitor.ts';
import { type DurationTally, durationBuckets, type HubCounters } from './tally.ts';

type Source = () => number;
type LabelledSource = () => Iterable<readonly [label: string, value: number]>;

/** What `server.ts` connects: functions that are asked when somebody scrapes, and cost nothing otherwise. */
export interface MetricSources {
  /** What the hub has counted. */
  counters: HubCounters;
  /** Open WebSockets. */
  connections: Source;
  sessions: Source;
  /** Sessions whose WebSocket is gone and that wait to be resumed. */
  waitingSessions: Source;
  rooms: Source;
  /** Bytes in all send queues. */
  queuedBytes: Source;
  /** Messages and receipts that wait in mailboxes, by kind. */
  mailboxEntries: LabelledSource;
  /** Bytes of their bodies. */
  mailboxBytes: Source;
  /** Message ids that are remembered, so that none arrives twice. */
  rememberedIds: Source;
  /** `routers`, `transports`, … as `Sfu.counts()` has them. */
  sfuObjects: LabelledSource;
  /** Process ids of the mediasoup workers. */
  workerPids: () => number[];
  /** Living things of the TURN server by kind, and what it has counted. */
  turnObjects: LabelledSource;
  turnTotals: LabelledSource;
}

/** Ticks of `/proc/PID/stat` in a second: USER_HZ is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const bytesPerPage = 4096;

/** All that the server counts, in one registry. This file is the only one that defines metrics; docs/metrics.md lists them. */
export class Metrics {
  readonly registry: Registry = new Registry();
  readonly #eventLoop = new EventLoopMonitor();

  constructor(sources: MetricSources) {
    const { joinSeconds, publishSeconds } = sources.counters;
    this.#histogram('crosspoint_join_seconds', 'Time from the join request to its reply.', joinSeconds);
    this.#histogram(
      'crosspoint_publish_seconds',
      'Time from a publish offer to its answer, negotiation with the media worker included.',
      publishSeconds,
    );
    this.#defineHub(sources);
    this.#defineMailboxes(sources);
    this.#defineMedia(sources);
    this.#defineProcess();
  }

  /** The registry in Prometheus’ text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  async close(): Promise<void> {
    this.#eventLoop.close();
    this.registry.clear();
  }

  #defineHub(sources: MetricSources): void {
    const hub = sources.counters;
    this.#gauge('crosspoint_connections', 'Open WebSocket connections.', sources.connections);
    this.#gauge('crosspoint_sessions', 'Sessions, connected or waiting to be resumed.', sources.sessions);
    this.#gauge('crosspoint_sessions_waiting', 'Sessions waiting to be resumed.', sources.waitingSessions);
    this.#gauge('crosspoint_rooms', 'Open rooms.', sources.rooms);
    this.#gauge('crosspoint_send_queue_bytes', 'Bytes waiting in the send queues of all sockets.', sources.queuedBytes);
    this.#counter('crosspoint_connections_accepted_total', 'WebSockets accepted.', () => hub.connectionsAccepted);
    this.#counter('crosspoint_connections_refused_total', 'Upgrades refused.', () => hub.connectionsRefused);
    this.#counter('crosspoint_frames_received_total', 'WebSocket messages received.', () => hub.framesReceived);
    this.#counter('crosspoint_received_bytes_total', 'Bytes of messages received.', () => hub.bytesReceived);
    this.#counter('crosspoint_frames_sent_total', 'WebSocket messages sent.', () => hub.framesSent);
    this.#counter('crosspoint_sent_bytes_total', 'Bytes of frames sent.', () => hub.bytesSent);
    this.#counter('crosspoint_writes_total', 'Writes to sockets; several frames may share one.', () => hub.writes);
    this.#counter('crosspoint_resumes_total', 'Sessions resumed on a new connection.', () => hub.resumes);
    this.#tally('crosspoint_requests_total', 'Requests by method.', 'method', () => hub.requests);
    this.#tally('crosspoint_errors_total', 'Failed requests by error code.', 'code', () => hub.errors);
    this.#tally('crosspoint_sessions_ended_total', 'Sessions that ended.', 'reason', () => hub.sessionsEnded);
  }

  #defineMailboxes(sources: MetricSources): void {
    const { counters, mailboxEntries, mailboxBytes, rememberedIds } = sources;
    this.#gauges('crosspoint_mailbox_entries', 'Messages and receipts in mailboxes.', 'kind', mailboxEntries);
    this.#gauge('crosspoint_mailbox_bytes', 'Bytes of message bodies in mailboxes.', mailboxBytes);
    this.#gauge('crosspoint_mailbox_remembered_ids', 'Message ids that are remembered.', rememberedIds);
    this.#tally(
      'crosspoint_mailbox_messages_total',
      'Acknowledged messages by what became of them.',
      'outcome',
      () => counters.keptMessages,
    );
  }

  #defineMedia(sources: MetricSources): void {
    this.#gauges('crosspoint_sfu_objects', 'Living objects of the SFU.', 'kind', sources.sfuObjects);
    this.#tally('crosspoint_worker_cpu_seconds_total', 'CPU time of a media worker.', 'pid', () =>
      workerFigures(sources.workerPids(), workerCpuSeconds),
    );
    this.#gauges('crosspoint_worker_resident_bytes', 'Resident memory of a media worker.', 'pid', () =>
      workerFigures(sources.workerPids(), workerResidentBytes),
    );
    this.#gauges('crosspoint_turn_objects', 'Living objects of the TURN server.', 'kind', sources.turnObjects);
    this.#tally('crosspoint_turn_total', 'What the TURN server has counted.', 'what', sources.turnTotals);
  }

  #defineProcess(): void {
    const started = Date.now() / 1000 - process.uptime();
    const memory = (): NodeJS.MemoryUsage => process.memoryUsage();
    this.#gauge('process_start_time_seconds', 'Start of the process since 1970.', () => started);
    this.#counter('process_cpu_seconds_total', 'CPU time of the server’s process, without media workers.', cpuSeconds);
    this.#gauge('process_resident_memory_bytes', 'Resident memory of the server’s process.', () => memory().rss);
    this.#gauge('process_open_fds', 'Open file descriptors.', openFileDescriptors);
    this.#gauge('nodejs_heap_used_bytes', 'JavaScript heap in use.', () => memory().heapUsed);
    this.#gauge('nodejs_external_bytes', 'Memory outside the heap, buffers included.', () => memory().external);
    this.#gauges('nodejs_active_resources', 'What keeps the event loop alive.', 'type', activeResources);
    this.#gauges(
      'crosspoint_event_loop_delay_seconds',
      'How late the event loop was in the last five to ten seconds.',
      'percentile',
      () => {
        const delay = this.#eventLoop.read();
        return [
          ['50', delay.p50Ms / 1000],
          ['99', delay.p99Ms / 1000],
          ['100', delay.maxMs / 1000],
        ];
      },
    );
  }

  /** The library's own histogram takes a quarter of a microsecond for each duration. */
  #histogram(name: string, help: string, tally: DurationTally): void {
    const get = async () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: valuesOf(name, tally),
    });
    // The registry asks a metric for its name and its values, and for nothing else.
    this.registry.registerMetric({ name, get } as unknown as Metric);
  }

  #gauge(name: string, help: string, source: Source): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(source());
      },
    });
  }

  #gauges(name: string, help: string, label: string, source: LabelledSource): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, figure] of source()) this.set({ [label]: value }, figure);
      },
    });
  }

  #counter(name: string, help: string, source: Source): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(source());
      },
    });
  }

  #tally(name: string, help: string, label: string, source: LabelledSource): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, figure] of source()) this.inc({ [label]: value }, figure);
      },
    });
  }
}

function cpuSeconds(): number {
  const usage = process.cpuUsage();
  return (usage.user + usage.system) / 1e6;
}

/** The directory’s size is their number since Linux 6.2; listing ten thousand of them takes five milliseconds. */
function openFileDescriptors(): number {
  try {
    return statSync('/proc/self/fd').size || readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

function activeResources(): Iterable<readonly [string, number]> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** A worker that has just died has no figures; it is left out. */
function workerFigures(pids: number[], read: (pid: number) => number): [string, number][] {
  return pids.flatMap((pid): [string, number][] => {
    try {
      return [[String(pid), read(pid)]];
    } catch {
      return [];
    }
  });
}

/** Fields 14 and 15 of proc(5) `stat`, counted after the command’s name, which may itself hold spaces. */
function workerCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function workerResidentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * bytesPerPage;
}

/** Buckets hold what is not longer than their bound, each with all that is in the ones before. */
function valuesOf(name: string, { counts, sum }: DurationTally): object[] {
  let count = 0;
  const buckets = counts.map((inBucket, index) => {
    count += inBucket;
    return { metricName: `${name}_bucket`, labels: { le: durationBuckets[index] ?? '+Inf' }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
}

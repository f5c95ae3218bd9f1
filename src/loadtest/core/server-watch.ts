import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { byLabel, parsePrometheus, type Samples, sumOf } from './prometheus.ts';

export interface MetricsEndpoint {
  url: string;
  /** Sent as a bearer token, where the endpoint asks for one. */
  token?: string | undefined;
  /** Accept a certificate that nobody vouches for. */
  insecure?: boolean;
}

/** What the server said of itself at one moment. */
export interface ServerSample {
  atSeconds: number;
  /** CPU time since the sample before, as a share of one core: the server’s process and its media workers. */
  cpu: number;
  workerCpu: number;
  residentBytes: number;
  heapBytes: number;
  eventLoopP99Ms: number;
  eventLoopMaxMs: number;
  objects: Record<string, number>;
}

const scrapeTimeoutMs = 5_000;

const advice: Record<number, string> = {
  401: ': it wants its --metrics-token',
  403: ': without metrics.token the server shows them to its own machine only',
};

export async function scrape({ url, token, insecure = false }: MetricsEndpoint): Promise<Samples> {
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  const request = get(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    rejectUnauthorized: !insecure,
    signal: AbortSignal.timeout(scrapeTimeoutMs),
  });
  // The type of ‘once’ cannot know what the event carries.
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = await readText(response);
  const { statusCode = 0 } = response;
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}${advice[statusCode] ?? ''}`);
  return parsePrometheus(text);
}

/** Everything that must be as few after a load as it was before. */
export function livingObjects(samples: Samples): Record<string, number> {
  const objects: Record<string, number> = {};
  for (const name of ['connections', 'sessions', 'rooms']) objects[name] = samples.get(`crosspoint_${name}`) ?? 0;
  for (const [kind, count] of byLabel(samples, 'crosspoint_sfu_objects')) objects[`sfu.${kind}`] = count;
  for (const [kind, count] of byLabel(samples, 'crosspoint_turn_objects')) objects[`turn.${kind}`] = count;
  for (const [type, count] of byLabel(samples, 'nodejs_active_resources')) objects[`handle.${type}`] = count;
  objects.fileDescriptors = samples.get('process_open_fds') ?? 0;
  return objects;
}

/** Asks a server’s metrics endpoint again and again and keeps what it says over time. */
export class ServerWatch {
  readonly samples: ServerSample[] = [];
  readonly #endpoint: MetricsEndpoint;
  readonly #startMs: number;
  #previous: { atMs: number; own: number; workers: number } | undefined;
  #asking = false;
  /** Readings that failed. */
  failures = 0;

  constructor(endpoint: MetricsEndpoint, startMs: number) {
    this.#endpoint = endpoint;
    this.#startMs = startMs;
  }

  /** Answers to several questions would come together when a server stood still, and rates between them mean nothing. */
  async sample(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.#add(await scrape(this.#endpoint));
    } catch {
      this.failures++;
    } finally {
      this.#asking = false;
    }
  }

  #add(samples: Samples): void {
    const now = {
      atMs: performance.now(),
      own: samples.get('process_cpu_seconds_total') ?? 0,
      workers: sumOf(samples, 'crosspoint_worker_cpu_seconds_total'),
    };
    const before = this.#previous;
    this.#previous = now;
    // A server that was started anew counts from the beginning.
    if (!before || now.own < before.own) return;
    const elapsedSeconds = (now.atMs - before.atMs) / 1000;
    const delay = byLabel(samples, 'crosspoint_event_loop_delay_seconds');
    this.samples.push({
      atSeconds: (now.atMs - this.#startMs) / 1000,
      cpu: (now.own - before.own) / elapsedSeconds,
      workerCpu: (now.workers - before.workers) / elapsedSeconds,
      residentBytes: samples.get('process_resident_memory_bytes') ?? 0,
      heapBytes: samples.get('nodejs_heap_used_bytes') ?? 0,
      eventLoopP99Ms: (delay.get('99') ?? 0) * 1000,
      eventLoopMaxMs: (delay.get('100') ?? 0) * 1000,
      objects: livingObjects(samples),
    });
  }
}

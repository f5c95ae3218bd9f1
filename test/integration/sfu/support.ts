import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, write } from 'sdp-transform';
import { type CreateSfuOptions, createSfu } from '../../../src/sfu/create-sfu.ts';
import type { Sfu, SfuCounts, SfuRoom, SfuSession, SubscribeOffer } from '../../../src/sfu/types.ts';
import { createSilentLogger } from '../../../src/shared/logger.ts';
import { workerBin } from '../../support/worker-bin.ts';

/** How long a test waits for what should come at once; machines that run many things at a time are slow. */
const patienceMs = 15_000;

export function startSfu(options: Partial<CreateSfuOptions> = {}): Promise<Sfu> {
  return createSfu({
    logger: createSilentLogger(),
    options: { workers: 1, workerBin: workerBin(), listen: [{ address: '127.0.0.1' }], ...options },
  });
}

/** A description recorded from a real client. */
export function fixture(client: string, name: string): Promise<string> {
  return readFile(new URL(`../../fixtures/sdp/${client}/${name}.sdp`, import.meta.url), 'utf8');
}

export async function publish(session: SfuSession, client: string, name: string, tracks: string[] = []) {
  return session.handlePublishOffer({
    sdp: await fixture(client, name),
    tracks: tracks.map((mid) => ({ mid, source: 'camera', muted: false })),
  });
}

/** A session whose offers are kept until a test asks for them. */
export class Subscriber {
  readonly session: SfuSession;
  readonly offers: SubscribeOffer[] = [];
  #arrival = Promise.withResolvers<void>();

  constructor(room: SfuRoom, participantId: string, options: { autoSubscribe: boolean } = { autoSubscribe: true }) {
    this.session = room.createSession({ participantId, ...options });
    this.session.on('offer', (offer) => {
      this.offers.push(offer);
      this.#arrival.resolve();
      this.#arrival = Promise.withResolvers();
    });
  }

  /** Waits for the offer with that place in the order of offers, from 0. */
  async offer(index: number): Promise<SubscribeOffer> {
    const expiry = Promise.withResolvers<never>();
    const timer = setTimeout(() => expiry.reject(new Error(`There was no offer ${index}.`)), patienceMs);
    try {
      for (;;) {
        const offer = this.offers[index];
        if (offer) return offer;
        await Promise.race([this.#arrival.promise, expiry.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for an offer and answers it. */
  async accept(index: number, options: AnswerOptions = {}): Promise<SubscribeOffer> {
    const offer = await this.offer(index);
    await this.session.handleSubscribeAnswer({
      negotiation: offer.negotiation,
      sdp: answerTo(offer.sdp, options),
    });
    return offer;
  }
}

export interface AnswerOptions {
  /** Mids that are refused with port 0, as Firefox does for a codec it lacks. */
  stop?: string[];
  /** Leaves out RTX, NACK and transport-cc, as simple clients do. */
  simple?: boolean;
  fingerprint?: string;
}

/** The answer of a client that receives all it is offered, but for the options. */
export function answerTo(offer: string, options: AnswerOptions = {}): string {
  const { media, groups = [], ...session } = parse(offer);
  const stopped = (mid: string | undefined) => options.stop?.includes(String(mid)) ?? false;
  const mids = media.map(({ mid }) => mid).filter((mid) => !stopped(mid));
  const { icelite: _, ...own } = session;
  return write({
    ...own,
    groups: groups.map((group) => ({ ...group, mids: mids.join(' ') })),
    media: media.map(({ candidates: _candidates, ssrcs: _ssrcs, ssrcGroups: _groups, msid: _msid, ...section }) => ({
      ...section,
      ...(options.simple ? simpleLines(section) : {}),
      port: stopped(section.mid) ? 0 : 9,
      direction: section.direction === 'sendonly' && !stopped(section.mid) ? 'recvonly' : 'inactive',
      setup: 'active',
      iceUfrag: 'abcd',
      icePwd: 'abcdefghijklmnopqrstuvwx',
      fingerprint: { type: 'sha-256', hash: options.fingerprint ?? Array(32).fill('AB').join(':') },
    })),
  });
}

function simpleLines(section: ReturnType<typeof parse>['media'][number]) {
  const rtp = section.rtp.filter(({ codec }) => codec !== 'rtx');
  return {
    rtp,
    payloads: rtp.map(({ payload }) => payload).join(' '),
    fmtp: section.fmtp.filter(({ payload }) => rtp.some((codec) => codec.payload === payload)),
    rtcpFb: (section.rtcpFb ?? []).filter(({ type, subtype }) => type === 'nack' && subtype === 'pli'),
    ext: (section.ext ?? []).filter(({ uri }) => uri === 'urn:ietf:params:rtp-hdrext:sdes:mid'),
  };
}

/** Waits until the counts are as expected: what dies in a worker is seen here a few turns later. */
export async function settled(sfu: Sfu, expected: Partial<SfuCounts>): Promise<SfuCounts> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const counts = sfu.counts();
    const same = Object.entries(expected).every(([key, value]) =>
      Object.entries(counts).some(([k, v]) => k === key && v === value),
    );
    if (same || performance.now() > deadline) return counts;
    await delay(2);
  }
}

/** Kills a worker, or all of them, and waits until others have taken their place. */
export async function killWorkers(sfu: Sfu, pids: number[] = sfu.workerPids()): Promise<void> {
  const count = sfu.workerPids().length;
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const now = sfu.workerPids();
    if (now.length === count && !now.some((pid) => pids.includes(pid))) return;
    if (performance.now() > deadline) throw new Error('The workers were not replaced.');
    await delay(2);
  }
}

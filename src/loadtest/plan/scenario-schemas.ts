import { z } from 'zod';
import {
  bytes,
  choice,
  count,
  distribution,
  durationMs,
  flag,
  positiveInteger,
  rate,
  share,
  wholeNumber,
} from './fields.ts';

const rooms = (fallback: number) => positiveInteger.default(fallback).describe('Number of rooms.');
const participants = (fallback: number) => positiveInteger.default(fallback).describe('Participants in each room.');
const shared = {
  delay: durationMs.prefault('0s').describe('Begin this long after the others of a mixed load.'),
};

const hold = z
  .strictObject({
    type: z.literal('hold'),
    ...shared,
    connections: positiveInteger.default(1000).describe('Connections to open and keep.'),
    participants: participants(10),
  })
  .describe('Opens connections during the ramp and keeps them, with heartbeats.');

const churn = z
  .strictObject({
    type: z.literal('churn'),
    ...shared,
    rate: rate.default(20).describe('Joins a second that are offered, in all rooms together.'),
    arrivals: choice(['poisson', 'fixed']).default('poisson').describe('How joins follow each other.'),
    session: distribution
      .default('exp:20s')
      .describe('How long a participant stays: 30s, exp:30s, uniform:10s-60s, lognormal:30s,0.8.'),
    rooms: rooms(50),
    abrupt: share.prefault('0%').describe('Share of participants that vanish without leaving, such as 20%.'),
    resume: share.prefault('0%').describe('Share that loses its connection halfway and resumes.'),
  })
  .describe('Participants come and go.');

const fanout = z
  .strictObject({
    type: z.literal('fanout'),
    ...shared,
    rooms: rooms(10),
    participants: participants(10),
    rate: rate.default(1).describe('Messages a second in each room.'),
    arrivals: choice(['poisson', 'fixed']).default('poisson').describe('How messages follow each other.'),
    size: bytes.prefault('200B').describe('Size of a message’s body.'),
  })
  .describe('Messages to everyone in the room.');

const signal = z
  .strictObject({
    type: z.literal('signal'),
    ...shared,
    rooms: rooms(50).describe('Number of pairs; each has a room of its own.'),
    rate: rate.default(0.5).describe('Negotiations a second in each pair: offer, answer and candidates both ways.'),
    arrivals: choice(['poisson', 'fixed']).default('poisson').describe('How negotiations follow each other.'),
    size: bytes.prefault('2.5kB').describe('Size of a session description.'),
    candidates: count.default(4).describe('Candidates that each side trickles.'),
  })
  .describe('Offers, answers and candidates relayed between two.');

const media = z
  .strictObject({
    type: z.literal('media'),
    ...shared,
    rooms: rooms(2),
    participants: participants(4),
    publishers: positiveInteger.optional().describe('Participants of a room who send; everyone when absent.'),
    audio: flag.default(true).describe('Publishers send no Opus.'),
    video: flag.default(true).describe('Publishers send no VP8.'),
    layers: wholeNumber(1, 3).default(3).describe('Simulcast layers; 1 is plain VP8.'),
    height: positiveInteger.default(720).describe('Height at which receivers show video: chooses the layer they get.'),
    session: distribution
      .optional()
      .describe('How long participants stay before they are replaced; the whole time when absent.'),
  })
  .describe('Publishers and subscribers with real ICE, DTLS and SRTP.');

/** Every kind of load with its options: the flags of the command line and the keys of a YAML file come from here. */
export const scenarioSchemas = { hold, churn, fanout, signal, media } as const;
export type ScenarioType = keyof typeof scenarioSchemas;

export const scenario = z.discriminatedUnion('type', [hold, churn, fanout, signal, media]);
export type ScenarioOptions<T extends ScenarioType> = z.output<(typeof scenarioSchemas)[T]>;
export type AnyScenarioOptions = z.output<typeof scenario>;

/** Time after the last message or negotiation in which what is still on its way arrives. */
export const drainMs = 1_000;

/** How long a scenario does what it is for: fanout and signal fill their rooms first and wait for deliveries last. */
export function workingMs({ type, delay }: AnyScenarioOptions, times: { duration: number; ramp: number }): number {
  const around = type === 'fanout' || type === 'signal' ? times.ramp + drainMs : 0;
  return times.duration - delay - around;
}

/** How long a scenario lasts altogether: those who came during the ramp stay equally long, or leave as slowly. */
export function lastingMs({ type }: AnyScenarioOptions, times: { duration: number; ramp: number }): number {
  return times.duration + (type === 'hold' || type === 'churn' ? times.ramp : 0);
}

/** Connections that a scenario has open at the same time, roughly: for the check of the machine’s limits. */
export function expectedConnections(options: AnyScenarioOptions, meanSessionMs: (text: string) => number): number {
  if (options.type === 'hold') return options.connections;
  if (options.type === 'churn') return Math.ceil((options.rate * meanSessionMs(options.session)) / 1000);
  if (options.type === 'signal') return options.rooms * 2;
  // Each media participant has two UDP sockets besides its WebSocket.
  return options.rooms * options.participants * (options.type === 'media' ? 3 : 1);
}

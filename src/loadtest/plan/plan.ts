import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { parseGate } from '../core/gates.ts';
import { formatMs } from '../core/units.ts';
import { bytes, durationMs, flag, number, wholeNumber } from './fields.ts';
import { mayBeFigure } from './figure-names.ts';
import { scenario, workingMs } from './scenario-schemas.ts';

const mostWorkers = 64;

const gate = z.string().superRefine((text, context) => {
  const parsed = parseGate(text);
  if (!parsed) context.addIssue(`is not of the form join.p99<200ms: ${text}`);
  else if (!mayBeFigure(parsed.figure))
    context.addIssue(`there is no figure ${parsed.figure} (docs/load-test.md): ${text}`);
});

/** What is the same for every scenario. */
export const planFields = {
  url: z
    .url({
      protocol: /^(https?|wss?)$/,
      error: ({ input }) => `is not an address such as https://call.example.org: ${input}`,
    })
    .default('http://127.0.0.1:4300')
    .describe('The server’s address.'),
  duration: durationMs.prefault('60s').describe('How long the load lasts, ramp included.'),
  ramp: durationMs.prefault('5s').describe('How long the load takes to reach its full rate or number.'),
  seed: number('a whole number', Number.isInteger).default(1).describe('The same seed makes the same load.'),
  workers: wholeNumber(1, mostWorkers)
    .default(Math.max(1, Math.min(8, availableParallelism() - 1)))
    .describe('Worker processes that make the load.'),
  token: z.string().optional().describe('Access token, where the server asks for one.'),
  origin: z.string().optional().describe('Origin header to send, where the server checks it.'),
  insecure: flag.default(false).describe('Accept certificates that nobody vouches for.'),
  name: z
    .string()
    .regex(/^[\w-]{1,32}$/, { error: ({ input }) => `is not 1 to 32 letters, digits, - and _: ${input}` })
    .default('load')
    .describe('Prefix of room names; give each machine of a distributed load its own.'),
  localAddress: z.array(z.string()).default([]).describe('Local addresses to connect from, in turn (repeatable).'),
  timeout: durationMs.prefault('10s').describe('A request that takes longer counts as an error.'),
  metricsUrl: z
    .url({
      protocol: /^https?$/,
      error: ({ input }) => `is not an address such as http://127.0.0.1:4300/metrics: ${input}`,
    })
    .optional()
    .describe('The server’s metrics, when they are not at /metrics of its address.'),
  metricsToken: z.string().optional().describe('Bearer token of the metrics endpoint.'),
  settle: durationMs.prefault('60s').describe('How long the server may take to return to its baseline (leak gate).'),
  heapTolerance: bytes.prefault('32MiB').describe('How much its heap may have grown (leak gate).'),
  assert: z
    .array(gate)
    .default([])
    .describe('Condition on a figure, such as join.p99<200ms, errors=0 or leaks=0 (repeatable).'),
} as const;

/** A load that has no time would measure nothing and pass. */
export const plan = z
  .strictObject({ ...planFields, scenarios: z.array(scenario).min(1) })
  .superRefine(({ duration, ramp, scenarios }, context) => {
    const [shortest] = scenarios.map((each) => workingMs(each, { duration, ramp })).sort((left, right) => left - right);
    if (shortest === undefined || shortest > 0) return;
    const message = `${formatMs(duration)} is too short: the ramp (${formatMs(ramp)}), a delay or the last second for deliveries leaves no time for the load`;
    context.addIssue({ code: 'custom', path: ['duration'], message });
  });
export type Plan = z.output<typeof plan>;

/** Where results go; not part of a plan, because it concerns the one who runs it. */
export const outputFields = {
  json: z.string().optional().describe('Write the report as JSON to this file.'),
  html: z.string().optional().describe('Write the report as one HTML page to this file.'),
  lines: flag.default(false).describe('Print lines instead of the live view, even on a terminal.'),
  startAt: z.iso
    .datetime({ offset: true, error: ({ input }) => `is not a time such as 2030-01-31T12:00:00Z: ${input}` })
    .optional()
    .describe('Begin at this time, for several machines together.'),
} as const;
export const output = z.object(outputFields);
export type Output = z.output<typeof output>;

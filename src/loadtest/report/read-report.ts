import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../plan/usage-error.ts';
import { type Report, reportVersion } from './report.ts';

const storedReport = z.looseObject({
  version: z.literal(reportVersion),
  title: z.string(),
  startedAt: z.string(),
  elapsedSeconds: z.number(),
  latencies: z.record(z.string(), z.looseObject({ hdr: z.string() })),
  counters: z.record(z.string(), z.number()),
  errors: z.record(z.string(), z.number()),
  seconds: z.array(z.looseObject({ atSeconds: z.number() })),
  server: z.array(z.looseObject({ atSeconds: z.number() })),
  notes: z.array(z.string()),
  tool: z.looseObject({ wasBottleneck: z.boolean() }),
});

/** Reads a report that `--json` has written. Throws `UsageError` with the file’s name. */
export function readReport(path: string): Report {
  const document = parseFile(path);
  const { success, error } = storedReport.safeParse(document);
  if (!success) {
    const place = error.issues[0]?.path.join('.') ?? '';
    throw new UsageError(`${path}: is no report of this version of the load test (${place})`);
  }
  // The document has just been recognised as this program’s own.
  return document as Report;
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is no JSON' : error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path}: ${reason}`);
  }
}

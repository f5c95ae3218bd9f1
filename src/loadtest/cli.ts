#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs';
import { type Gate, parseGate } from './core/gates.ts';
import { ephemeralPorts, fileDescriptorLimit, machineShortcomings } from './core/machine-limits.ts';
import { type Command, parseCommand } from './plan/arguments.ts';
import { distributionOf } from './plan/fields.ts';
import type { Output, Plan } from './plan/plan.ts';
import { expectedConnections, lastingMs } from './plan/scenario-schemas.ts';
import { UsageError } from './plan/usage-error.ts';
import { renderHtml } from './report/html.ts';
import { createProgressView } from './report/live-view.ts';
import { mergeReports } from './report/merge-reports.ts';
import { buildReport, type Report } from './report/report.ts';
import { renderTable } from './report/table.ts';
import { runLoad } from './run/run-load.ts';

const exitMissed = 1;
const exitUsage = 2;

function gatesOf(texts: string[]): Gate[] {
  return texts.flatMap((text) => parseGate(text) ?? []);
}

function warnOfShortcomings(plan: Plan): void {
  const meanOf = (text: string): number => distributionOf(text).meanMs;
  const connections = plan.scenarios.reduce((sum, scenario) => sum + expectedConnections(scenario, meanOf), 0);
  const shortcomings = machineShortcomings({
    connections,
    workers: plan.workers,
    descriptorLimit: fileDescriptorLimit(),
    ports: ephemeralPorts(),
    localAddresses: Math.max(1, plan.localAddress.length),
  });
  for (const sentence of shortcomings) console.error(sentence);
}

/** The first interrupt ends the load early and still reports; the second one ends the program. */
function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
    process.once('SIGINT', () => process.exit(130));
  });
  return controller.signal;
}

async function run({ plan, output }: Command & { kind: 'run' }): Promise<Report> {
  warnOfShortcomings(plan);
  const totalSeconds = Math.max(...plan.scenarios.map((scenario) => lastingMs(scenario, plan))) / 1000;
  const view = createProgressView(process.stdout, { totalSeconds, lines: output.lines });
  const startAt = output.startAt === undefined ? undefined : Date.parse(output.startAt);
  const onProgress = view.show.bind(view);
  const result = await runLoad({ plan, startAt, signal: abortOnInterrupt(), onProgress });
  view.end();
  return buildReport(plan, result, gatesOf(plan.assert));
}

function merge({ files, gates }: Command & { kind: 'merge' }): Report {
  const documents = files.map((file): unknown => JSON.parse(readFileSync(file, 'utf8')));
  return mergeReports(documents, gatesOf(gates));
}

function publish(report: Report, output: Output): void {
  console.log(renderTable(report));
  if (output.json !== undefined) writeFileSync(output.json, `${JSON.stringify(report, null, 1)}\n`);
  if (output.html !== undefined) writeFileSync(output.html, renderHtml(report));
}

async function main(args: string[]): Promise<number> {
  const command = parseCommand(args);
  if (command.kind === 'help') {
    console.log(command.text);
    return 0;
  }
  const report = command.kind === 'run' ? await run(command) : merge(command);
  publish(report, command.output);
  return report.passed ? 0 : exitMissed;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? exitUsage : exitMissed;
}

#!/usr/bin/env node
import { type Gate, parseGate } from './core/gates.ts';
import { ephemeralPorts, fileDescriptorLimit, machineShortcomings } from './core/machine-limits.ts';
import { type Command, parseCommand } from './plan/arguments.ts';
import { distributionOf } from './plan/fields.ts';
import type { Output, Plan } from './plan/plan.ts';
import { expectedConnections, lastingMs } from './plan/scenario-schemas.ts';
import { UsageError } from './plan/usage-error.ts';
import { createProgressView } from './report/live-view.ts';
import { mergeReports } from './report/merge-reports.ts';
import { requireWritable, writeReport } from './report/output-files.ts';
import { readReport } from './report/read-report.ts';
import { buildReport, type Report } from './report/report.ts';
import { renderTable } from './report/table.ts';
import { Interrupts } from './run/interrupts.ts';
import { runLoad } from './run/run-load.ts';

const exitMissed = 1;
const exitUsage = 2;
/** As a shell counts a program that SIGINT has ended. */
const exitInterrupted = 130;

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

async function run({ plan, output }: Command & { kind: 'run' }): Promise<Report> {
  warnOfShortcomings(plan);
  const totalSeconds = Math.max(...plan.scenarios.map((scenario) => lastingMs(scenario, plan))) / 1000;
  const view = createProgressView(process.stdout, { totalSeconds, lines: output.lines });
  const interrupts = new Interrupts(() => process.exit(exitInterrupted));
  process.on('SIGINT', () => interrupts.interrupt());
  const onProgress = view.show.bind(view);
  const onNotice = (sentence: string): void => console.error(sentence);
  const result = await runLoad({ plan, startAt: startOf(output), interrupts, onProgress, onNotice });
  view.end();
  return buildReport(plan, result, gatesOf(plan.assert));
}

/** Operations that should have started in the past would all start at once. */
function startOf({ startAt }: Output): number | undefined {
  if (startAt === undefined) return undefined;
  const startMs = Date.parse(startAt);
  if (startMs < Date.now()) throw new UsageError(`--start-at: is past already: ${startAt}`);
  return startMs;
}

async function main(args: string[]): Promise<number> {
  const command = parseCommand(args);
  if (command.kind === 'help') {
    console.log(command.text);
    return 0;
  }
  requireWritable(command.output);
  const report =
    command.kind === 'run' ? await run(command) : mergeReports(command.files.map(readReport), gatesOf(command.gates));
  console.log(renderTable(report));
  writeReport(report, command.output);
  return report.passed ? 0 : exitMissed;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? exitUsage : exitMissed;
}

import { ConfigError, loadConfig } from '../shared/config/load-config.ts';
import type { Config } from '../shared/config/schema.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkCertificates } from './check-certificates.ts';
import { checkKernelLimits, readKernelLimits } from './check-kernel-limits.ts';
import { checkNode } from './check-node.ts';
import { checkPorts } from './check-ports.ts';
import { checkWorker } from './check-worker.ts';
import { type Finding, good, stop } from './finding.ts';

const SIGNS = { good: '✓', hint: '!', stop: '✗' } as const;

/** Examines this machine with the configuration that a start with the same flags would use. */
async function examine(args: readonly string[]): Promise<Finding[]> {
  const loaded = await tryLoadConfig(args);
  if (Array.isArray(loaded)) return [checkNode(), ...loaded];
  return [
    checkNode(),
    good('the configuration is in order'),
    await checkWorker(loaded.media.workerBin),
    ...(await checkPorts(loaded)),
    ...checkAddresses(loaded),
    ...(await checkCertificates(loaded)),
    ...checkKernelLimits(await readKernelLimits()),
  ];
}

async function tryLoadConfig(args: readonly string[]): Promise<Config | Finding[]> {
  try {
    return (await loadConfig({ args, environment: process.env, cwd: process.cwd() })).config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => stop(problem, 'correct it; docs/configuration.md lists the keys'));
  }
}

function render({ level, text, advice }: Finding): string {
  return [`${SIGNS[level]} ${text}`, ...advice.map((line) => `  → ${line}`)].join('\n');
}

const findings = await examine(process.argv.slice(2));
const stops = findings.filter(({ level }) => level === 'stop').length;
process.stdout.write(`${findings.map(render).join('\n')}\n\n`);
process.stdout.write(stops === 0 ? 'The server can start.\n' : `${stops} of these would stop the server.\n`);
process.exitCode = stops === 0 ? 0 : 1;

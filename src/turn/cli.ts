import { createLogger, type LogLevel } from '../shared/logger.ts';
import { readCommandLine, usage } from './cli-options.ts';
import { createTurnServer, type TurnServer } from './turn-server.ts';

const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** `crosspoint turn`: the TURN server on its own, until a signal ends it. */
async function main(args: readonly string[]): Promise<void> {
  const { help, logLevel, options } = readCommandLine(args);
  if (help) {
    process.stdout.write(usage());
    return;
  }
  const level = logLevels.find((known) => known === logLevel);
  if (level === undefined) throw new TypeError(`--log-level expects one of ${logLevels.join(', ')}`);
  const server = await createTurnServer({ ...options, logger: createLogger(level) });
  for (const { transport, address, port } of server.addresses) {
    process.stdout.write(`listening on ${transport} ${address.includes(':') ? `[${address}]` : address}:${port}\n`);
  }
  process.stdout.write('ready\n');
  handleSignals(server);
}

/** SIGHUP and, as for coturn, SIGUSR2 read the certificate again. */
function handleSignals(server: TurnServer): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
  for (const signal of ['SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => void reload(server));
}

async function reload(server: TurnServer): Promise<void> {
  try {
    await server.reloadCertificate();
    process.stdout.write('certificate reloaded\n');
  } catch (error) {
    process.stderr.write(`the certificate was not reloaded: ${messageOf(error)}\n`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}

import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { Closer } from './server/closer.ts';
import { createLanLinks } from './server/lan-links.ts';
import { createServer } from './server.ts';
import { renderBanner, renderQrCode } from './shared/banner.ts';
import { ConfigError, type LoadedConfig, loadConfig, readSwitches } from './shared/config/load-config.ts';
import { maskSecrets } from './shared/config/merge-settings.ts';
import { renderHelp } from './shared/config/render.ts';
import { letHelpersGiveWay } from './shared/helper-threads.ts';
import { createLogger } from './shared/logger.ts';

async function main(args: readonly string[]): Promise<void> {
  const switches = readSwitches(args);
  if (switches.has('help')) return print(renderHelp());
  if (switches.has('version')) return print(`${packageVersion()}\n`);
  const loaded = await loadConfig({ args, environment: process.env, cwd: process.cwd() });
  if (switches.has('print-config')) return print(stringify(maskSecrets(loaded.config)));
  await start(loaded);
}

function print(text: string): void {
  process.stdout.write(text);
}

async function start({ config, switches, guestKey }: LoadedConfig): Promise<void> {
  letHelpersGiveWay();
  const logger = createLogger(config.log.level);
  const closer = new Closer(logger);
  closer.watchSignals();
  const server = await createServer({ config, logger });
  if (closer.handleStarted(server)) return;
  const { addresses, openTo } = server;
  const links = guestKey && (await createLanLinks(addresses.demo, guestKey));
  const { selfSigned } = config.http.tls;
  print(renderBanner(addresses, { version: packageVersion(), selfSigned, openTo, links }));
  if (switches.has('lan')) print(renderQrCode(links?.guest ?? addresses.demo));
  if (switches.has('ready-json')) {
    print(`${JSON.stringify({ event: 'ready', pid: process.pid, ...addresses, links })}\n`);
  }
}

function packageVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

const systemErrorSchema = z.object({
  code: z.string(),
  address: z.string().optional(),
  port: z.number().optional(),
});

/** What an operator can understand and act on; everything else is a fault of ours and shown with its stack. */
function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return ['The configuration cannot be used:', ...error.problems].join('\n  ');
  const system = systemErrorSchema.safeParse(error).data;
  const place = `${system?.address ?? 'the address'}${system?.port === undefined ? '' : ` port ${system.port}`}`;
  if (system?.code === 'EADDRINUSE') return `${place} is in use by another program; choose another port.`;
  if (system?.code === 'EADDRNOTAVAIL') return `${place} is not an address of this machine; see \`npm run doctor\`.`;
  if (system?.code === 'EACCES')
    return `${place} may not be listened on without further rights; choose a port from 1024.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  // Parts that had started before the failure may still hold handles.
  process.exit(1);
}

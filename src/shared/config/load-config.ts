import { randomBytes } from 'node:crypto';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { findLocalAddress } from './local-address.ts';
import { mergeSettings } from './merge-settings.ts';
import { CONFIG_FILE_VARIABLE, readEnvironment } from './read-environment.ts';
import { readConfigFile } from './read-file.ts';
import { type FlagReading, lanSettings, readFlags } from './read-flags.ts';
import type { Config } from './schema.ts';
import type { Setting } from './setting.ts';

const guestSecretBytes = 32;

export interface ConfigSources {
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
  cwd: string;
}

export interface LoadedConfig {
  config: Config;
  switches: FlagReading['switches'];
  /** With `--lan`, unless it has been configured who may join: the API key that was made for this run. */
  guestKey: { id: string; secret: string } | undefined;
}

/** The configuration cannot be used; each problem is one line for a person. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The flags that ask for something else than to start; read before the rest, so that `--help` works in any state. */
export function readSwitches(args: readonly string[]): FlagReading['switches'] {
  return readFlags(args).switches;
}

/**
 * Reads file, environment and flags, in rising precedence, and returns the complete, frozen configuration. Throws a
 * ConfigError that names every problem at once.
 */
export async function loadConfig({ args, environment, cwd }: ConfigSources): Promise<LoadedConfig> {
  const flags = readFlags(args);
  const file = readConfigFile({ cwd, given: flags.configFile ?? environment[CONFIG_FILE_VARIABLE] });
  const fromEnvironment = readEnvironment(environment);
  const settings = [...file.settings, ...fromEnvironment.settings, ...flags.settings];
  const guestKey = flags.switches.has('lan') ? guestKeyFor(settings) : undefined;
  if (flags.switches.has('lan')) {
    const hasCertificate = settings.some(({ key }) => key.name === 'http.tls.certificate');
    const lan = lanSettings({ hasCertificate, guestKey });
    settings.splice(settings.length - flags.settings.length, 0, ...lan);
  }
  const config = requireConfig([...file.problems, ...fromEnvironment.problems, ...flags.problems], settings);
  return { config: deepFreeze(await fillFoundValues(config, environment)), switches: flags.switches, guestKey };
}

/** Undefined where it is settled already who may join. */
function guestKeyFor(settings: readonly Setting[]): LoadedConfig['guestKey'] {
  const isSettled = settings.some(
    ({ key, value }) =>
      key.name === 'auth.apiKeys' || key.name === 'auth.jwksUrl' || (key.name === 'auth.mode' && value === 'open'),
  );
  return isSettled ? undefined : { id: 'lan', secret: randomBytes(guestSecretBytes).toString('base64url') };
}

function requireConfig(problems: string[], settings: Setting[]): Config {
  const merged = mergeSettings(settings);
  problems.push(...merged.problems);
  if (problems.length > 0 || !merged.config) throw new ConfigError(problems);
  return merged.config;
}

/** Fills in what depends on this machine. */
async function fillFoundValues(config: Config, environment: NodeJS.ProcessEnv): Promise<Config> {
  const { media, turn } = config;
  const localAddress = await findLocalAddress();
  const listensOnAll = media.listenAddresses.some(isWildcard);
  const announcedAddress = media.announcedAddress ?? (listensOnAll ? localAddress : undefined);
  const relayAddress = turn.relayAddress ?? (isWildcard(turn.listeningAddress) ? localAddress : turn.listeningAddress);
  return {
    ...config,
    cacheDirectory: config.cacheDirectory ?? defaultCacheDirectory(environment),
    media: {
      ...media,
      workers: media.workers ?? availableParallelism(),
      ...(announcedAddress === undefined ? {} : { announcedAddress }),
    },
    turn: { ...turn, relayAddress, externalAddress: turn.externalAddress ?? relayAddress },
  };
}

/** Whether an address means all interfaces. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

function defaultCacheDirectory(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'crosspoint');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}

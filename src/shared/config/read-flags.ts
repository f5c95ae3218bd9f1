import { type ConfigKey, configKeys, findKey } from './keys.ts';
import { parseText, type Setting, type SourceReading } from './setting.ts';
import { suggestion } from './suggest.ts';

/** Flags that are not keys of the configuration. */
export const commandFlags = {
  config: 'FILE: read the settings from this file',
  lan: 'serve the local network over HTTPS with a generated certificate, and print links for guests (also as a QR code) and for a moderator',
  'print-config': 'print the effective configuration, secrets masked, and stop',
  'ready-json': 'print one line of JSON with the real addresses when everything is ready',
  version: 'print the version and stop',
  help: 'print this and stop',
} as const;

type CommandFlag = keyof typeof commandFlags;

/** Short names for what is typed most. */
const aliases: Record<string, string> = {
  host: 'http-host',
  port: 'http-port',
  workers: 'media-workers',
  'self-signed': 'http-tls-self-signed',
  h: 'help',
};

export interface FlagReading extends SourceReading {
  configFile: string | undefined;
  switches: ReadonlySet<CommandFlag>;
}

const keysByFlag = new Map(configKeys.map((key) => [key.flagName, key]));

/** Reads `--name value`, `--name=value`, `--name` and `--no-name`. A list's flag may be repeated. */
export function readFlags(args: readonly string[]): FlagReading {
  const parser = new FlagParser(args);
  parser.parse();
  return parser.reading;
}

class FlagParser {
  readonly reading: {
    settings: Setting[];
    problems: string[];
    configFile: string | undefined;
    switches: Set<CommandFlag>;
  } = { settings: [], problems: [], configFile: undefined, switches: new Set() };
  readonly #args: string[];

  constructor(args: readonly string[]) {
    this.#args = [...args];
  }

  parse(): void {
    for (let argument = this.#args.shift(); argument !== undefined; argument = this.#args.shift()) {
      const match = /^--?([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?$/s.exec(argument);
      if (match?.[1]) this.#handleFlag(match[1], match[2]);
      else this.reading.problems.push(`${argument}: expected a flag, which begins with --`);
    }
  }

  #handleFlag(given: string, value: string | undefined): void {
    const name = aliases[given] ?? given;
    const key = keysByFlag.get(name);
    const negated = name.startsWith('no-') ? keysByFlag.get(name.slice('no-'.length)) : undefined;
    if (name === 'config') this.#handleConfigFile(value);
    else if (isCommandFlag(name)) this.reading.switches.add(name);
    else if (key) this.#handleKey(key, given, value);
    else if (negated?.kind === 'boolean') this.#add(negated, false, `--${given}`);
    else this.reading.problems.push(`--${given}: there is no such flag${suggestion(name, flagNames())}`);
  }

  #handleConfigFile(value: string | undefined): void {
    this.reading.configFile = value ?? this.#takeValue();
    if (this.reading.configFile === undefined) this.reading.problems.push('--config: expected the path of a file');
  }

  #handleKey(key: ConfigKey, given: string, value: string | undefined): void {
    const source = `--${given}`;
    const text = value ?? (key.kind === 'boolean' ? 'true' : this.#takeValue());
    if (text !== undefined) this.#add(key, parseText(key, text), source);
    else this.reading.problems.push(`${key.name} (${source}): got nothing, expected ${key.expected}`);
  }

  #takeValue(): string | undefined {
    return this.#args[0]?.startsWith('--') ? undefined : this.#args.shift();
  }

  #add(key: ConfigKey, value: unknown, source: string): void {
    const earlier = this.reading.settings.find((setting) => setting.key === key);
    if (earlier && Array.isArray(earlier.value) && Array.isArray(value)) earlier.value = [...earlier.value, ...value];
    else this.reading.settings.push({ key, value, source });
  }
}

function isCommandFlag(name: string): name is CommandFlag {
  return Object.hasOwn(commandFlags, name);
}

function flagNames(): string[] {
  return [...keysByFlag.keys(), ...Object.keys(commandFlags), ...Object.keys(aliases)];
}

interface LanOptions {
  hasCertificate: boolean;
  guestKey: { id: string; secret: string } | undefined;
}

/** What `--lan` stands for; a flag that is given beside it wins, since it comes later. */
export function lanSettings({ hasCertificate, guestKey }: LanOptions): Setting[] {
  const values: Record<string, unknown> = {
    'http.host': '0.0.0.0',
    'http.tls.selfSigned': !hasCertificate,
    'media.listenAddresses': ['0.0.0.0'],
    'turn.listeningAddress': '0.0.0.0',
    ...(guestKey && { 'auth.apiKeys': [`${guestKey.id}:${guestKey.secret}`] }),
  };
  return Object.entries(values).flatMap(([name, value]) => {
    const key = findKey(name);
    return key ? [{ key, value, source: '--lan' }] : [];
  });
}

import { type ConfigKey, configKeys } from './keys.ts';
import { commandFlags } from './read-flags.ts';

const WIDTH = 100;
const INDENT = ' '.repeat(8);

/** The text of `--help`: every key with its flag, description and default, from the schema. */
export function renderHelp(): string {
  const commands = Object.entries(commandFlags).map(([name, text]) => `  --${name.padEnd(14)} ${text}`);
  return [
    'Usage: npm start -- [flags]',
    '',
    ...commands,
    '',
    'Settings come from crosspoint.yaml (or .yml, .json) in the working directory, CROSSPOINT_* variables',
    'and these flags; the later wins. --host, --port, --workers and --self-signed are short for',
    '--http-host, --http-port, --media-workers and --http-tls-self-signed. Lists are separated by commas.',
    '',
    ...configKeys.flatMap(helpLines),
    '',
  ].join('\n');
}

function helpLines(key: ConfigKey): string[] {
  const value = key.kind === 'boolean' ? '' : ` <${key.kind}>`;
  const text = `${key.description} Default: ${key.defaultText}.`.replaceAll('`', '');
  return [`  --${key.flagName}${value}`, ...wrap(text, WIDTH - INDENT.length).map((line) => INDENT + line)];
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const line = lines[last] ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[last] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** docs/configuration.md, from the schema. */
export function renderConfigurationDocument(): string {
  const sections = Map.groupBy(configKeys, ({ path }) => (path.length > 1 ? path[0] : undefined));
  const tables = [...sections].flatMap(([section, keys]) => [`## ${section ?? 'Other'}`, '', ...table(keys), '']);
  return [...introduction, ...tables].join('\n');
}

const introduction = [
  '# Configuration',
  '',
  '<!-- Generated from src/shared/config by `npm run docs`. -->',
  '',
  'Everything has a default; without any configuration the server listens on loopback only. Settings come from three',
  'places, and the later one wins:',
  '',
  '1. A file: `crosspoint.yaml`, `crosspoint.yml` or `crosspoint.json` in the working directory, or the one that',
  '   `--config FILE` or the variable `CROSSPOINT_CONFIG` names.',
  '2. Environment variables. The key `http.tls.selfSigned` is `CROSSPOINT_HTTP_TLS_SELF_SIGNED`.',
  '3. Flags. The same key is `--http-tls-self-signed`; `--no-http-tls-self-signed` sets it to false.',
  '',
  'In variables and flags the items of a list are separated by commas; the flag of a list may be repeated. `--host`,',
  '`--port`, `--workers` and `--self-signed` are short for `--http-host`, `--http-port`, `--media-workers` and',
  '`--http-tls-self-signed`.',
  '',
  'A key that does not exist or a value that does not fit stops the start, with one line for each problem:',
  '',
  '```',
  'http.port (CROSSPOINT_HTTP_PORT): got "abc", expected an integer from 0 to 65535',
  'http.prot (crosspoint.yaml): there is no such key (did you mean http.port?)',
  '```',
  '',
  '`npm start -- --print-config` prints the effective configuration as YAML, secrets masked.',
  '',
  '## Flags that are not settings',
  '',
  ...Object.entries(commandFlags).map(([name, text]) => `- \`--${name}\` ${text}.`),
  '',
  '`--lan` listens on all interfaces (`http.host`, `media.listenAddresses` and `turn.listeningAddress` become',
  '`0.0.0.0`) and sets `http.tls.selfSigned`, because browsers give a page the camera only over HTTPS or on loopback.',
  'Unless it is configured who may join, it makes an API key for this run and prints a link with a token that is good for',
  'every room and a day: whoever has the link comes in and can invite others with it, and nobody else can.',
  'Another flag beside it wins over what it sets. With `http.tls.certificate` no certificate is generated.',
  '',
];

function table(keys: readonly ConfigKey[]): string[] {
  return ['| Key | Value | Default | Meaning |', '|---|---|---|---|', ...keys.map(tableRow)];
}

function tableRow(key: ConfigKey): string {
  const note = key.secret ? ' Secret.' : '';
  const cells = [`\`${key.name}\``, key.expected, key.defaultText, `${key.description}${note}`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../../shared/config/load-config.ts';
import { accessClaims } from './access-token.ts';
import { createToken, type TokenRequest } from './create-token.ts';

const secretBytes = 32;

const usage = `Usage: npx crosspoint token --identity NAME [--room ROOM] [--ttl 1h] [--grant NAME[=VALUE]]...
       npx crosspoint token --admin | --new-key

Makes an access token and prints it. The first API key of the configuration signs it: auth.apiKeys in crosspoint.yaml,
CROSSPOINT_AUTH_API_KEYS, or --api-key ID:SECRET.

  --identity NAME      who it is for; required, but for --link and --admin
  --room ROOM          the room it opens; a trailing * stands for any ending. Default: *
  --name NAME          the name shown to the others; the client may not choose another then
  --ttl TIME           how long it lives: 90s, 15m, 12h, 7d. Default: 1h
  --grant NAME[=VALUE] a grant and its value, true when left out; repeat it for more:
                       join, createRoom, publish (also sources: publish=microphone,camera), subscribe, message, updateOwn,
                       hidden, recorder, moderate
  --link               for a link that people pass on: whoever brings it has no identity of their own
  --admin              for the HTTP API instead of a join
  --api-key ID:SECRET  the key to sign with
  --config FILE        the configuration to take the key from
  --new-key            print a new API key, for auth.apiKeys, and stop
`;

const options = {
  identity: { type: 'string' },
  room: { type: 'string', default: '*' },
  name: { type: 'string' },
  ttl: { type: 'string', default: '1h' },
  grant: { type: 'string', multiple: true },
  link: { type: 'boolean', default: false },
  admin: { type: 'boolean', default: false },
  'api-key': { type: 'string' },
  config: { type: 'string' },
  'new-key': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

/** Something that the person at the terminal has to change. */
class UsageError extends Error {}

async function main(args: string[]): Promise<string> {
  const flags = parseFlags(args);
  if (flags.help) return usage;
  if (flags['new-key'])
    return `key-${randomBytes(3).toString('hex')}:${randomBytes(secretBytes).toString('base64url')}\n`;
  const request = requestOf(flags);
  return `${await createToken({ ...request, ...(await readKey(flags)) })}\n`;
}

function parseFlags(args: string[]): Flags {
  try {
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function requestOf(flags: Flags): Omit<TokenRequest, 'apiKey' | 'secret'> {
  const { identity = flags.link ? 'guest' : flags.admin ? 'admin' : undefined, room, name, link } = flags;
  if (identity === undefined) throw new UsageError('--identity: expected who the token is for');
  const grants = { ...(flags.admin && apiGrants), ...Object.fromEntries((flags.grant ?? []).map(parseGrant)) };
  const claims = { sub: identity, room, grants, link, exp: 0, ...(name !== undefined && { name }) };
  const problems = accessClaims.safeParse(claims).error?.issues ?? [];
  const [problem] = problems;
  if (problem) throw new UsageError(`--${flagOf(problem.path)}: ${problem.message}`);
  return {
    identity,
    room,
    ttlSeconds: parseTtl(flags.ttl),
    ...(name !== undefined && { name }),
    ...(Object.keys(grants).length > 0 && { grants }),
    ...(link && { link }),
  };
}

/** What a claim is called on the command line. */
function flagOf([claim, grant]: PropertyKey[]): string {
  if (claim === 'sub') return 'identity';
  return claim === 'grants' ? `grant ${String(grant)}` : String(claim);
}

/** A server's token should not open a room to whoever gets hold of it. */
const apiGrants = { admin: true, join: false };

const plainGrants = Object.keys(accessClaims.shape.grants.unwrap().shape);

function parseGrant(text: string): [string, boolean | string[]] {
  const [name = '', value = 'true'] = text.split('=', 2);
  if (!plainGrants.includes(name)) {
    throw new UsageError(`--grant: there is no grant "${name}"; choose from ${plainGrants.join(', ')}`);
  }
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return [name, value.split(',')];
}

const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function parseTtl(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsOf[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw new UsageError(`--ttl: got "${text}", expected a time such as 90s, 15m, 12h or 7d`);
}

async function readKey(flags: Flags): Promise<{ apiKey: string; secret: string }> {
  const args = [
    ...(flags['api-key'] === undefined ? [] : ['--auth-api-keys', flags['api-key']]),
    ...(flags.config === undefined ? [] : ['--config', flags.config]),
  ];
  const { config } = await loadConfig({ args, environment: process.env, cwd: process.cwd() });
  const [key] = config.auth.apiKeys;
  if (key === undefined) {
    throw new UsageError('there is no API key: set auth.apiKeys, or give --api-key; --new-key makes one');
  }
  const colon = key.indexOf(':');
  return { apiKey: key.slice(0, colon), secret: key.slice(colon + 1) };
}

try {
  process.stdout.write(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

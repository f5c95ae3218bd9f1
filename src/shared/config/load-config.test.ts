import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingKeyAdvice } from './access-mode.ts';
import { ConfigError, loadConfig } from './load-config.ts';
import { maskSecrets } from './merge-settings.ts';

const SECRET = 'a-shared-secret-of-turn';
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'crosspoint-config-'));
});

afterEach(() => rm(cwd, { recursive: true }));

const load = (args: string[] = [], environment: NodeJS.ProcessEnv = {}) => loadConfig({ args, environment, cwd });
const write = (name: string, text: string) => writeFile(join(cwd, name), text);

async function problemsOf(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  const error = await load(args, environment).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error('The configuration was accepted.');
  return error.problems;
}

describe('the precedence of sources', () => {
  it('listens on loopback only when nothing is configured', async () => {
    const { config } = await load();
    expect(config.http.host).toBe('127.0.0.1');
    expect(config.media.listenAddresses).toEqual(['127.0.0.1']);
    expect(config.turn.listeningAddress).toBe('127.0.0.1');
    expect(config.media.announcedAddress).toBeUndefined();
  });

  it('lets the environment win over the file, and a flag over both', async () => {
    await write('crosspoint.yaml', 'http: { port: 1001 }\nlog: { level: warn }\nmedia: { workers: 3 }\n');
    const { config } = await load(['--http-port', '1003'], {
      CROSSPOINT_HTTP_PORT: '1002',
      CROSSPOINT_LOG_LEVEL: 'error',
    });
    expect(config.http.port).toBe(1003);
    expect(config.log.level).toBe('error');
    expect(config.media.workers).toBe(3);
  });

  it.each([
    ['crosspoint.yaml', 'http:\n  port: 1001\n'],
    ['crosspoint.yml', 'http:\n  port: 1001\n'],
    ['crosspoint.json', '{ "http": { "port": 1001 } }'],
  ])('finds %s in the working directory', async (name, text) => {
    await write(name, text);
    expect((await load()).config.http.port).toBe(1001);
  });

  it('reads the file that --config names instead, and one that CROSSPOINT_CONFIG names', async () => {
    await write('crosspoint.yaml', 'http: { port: 1001 }');
    await write('other.yaml', 'http: { port: 1002 }');
    expect((await load(['--config', 'other.yaml'])).config.http.port).toBe(1002);
    expect((await load(['--config=other.yaml'])).config.http.port).toBe(1002);
    expect((await load([], { CROSSPOINT_CONFIG: 'other.yaml' })).config.http.port).toBe(1002);
  });

  it('takes an empty file and an empty section for saying nothing', async () => {
    await write('crosspoint.yaml', '# nothing yet\n');
    expect((await load()).config.http.port).toBe(4300);
    await write('crosspoint.yaml', 'http:\n');
    expect((await load()).config.http.port).toBe(4300);
  });

  it('takes the worker from mediasoup’s own variable unless ours is set', async () => {
    expect((await load([], { MEDIASOUP_WORKER_BIN: '/a' })).config.media.workerBin).toBe('/a');
    const both = { MEDIASOUP_WORKER_BIN: '/a', CROSSPOINT_MEDIA_WORKER_BIN: '/b' };
    expect((await load([], both)).config.media.workerBin).toBe('/b');
  });
});

describe('flags', () => {
  it('take short names, lists, switches and their negation', async () => {
    const { config } = await load(
      '--port 0 --media-codecs vp8,opus --media-codecs av1 --http-trust-proxy --auth-mode open --no-media-enable-tcp'.split(
        ' ',
      ),
    );
    expect(config.http.port).toBe(0);
    expect(config.media.codecs).toEqual(['vp8', 'opus', 'av1']);
    expect(config.http.trustProxy).toBe(true);
    expect(config.media.enableTcp).toBe(false);
  });

  it('--lan opens every listener with a generated certificate and announces an address', async () => {
    const { config, switches } = await load(['--lan']);
    expect(switches.has('lan')).toBe(true);
    expect(config.http.host).toBe('0.0.0.0');
    expect(config.http.tls.selfSigned).toBe(true);
    expect(config.media.listenAddresses).toEqual(['0.0.0.0']);
    expect(config.turn.listeningAddress).toBe('0.0.0.0');
    expect(config.media.announcedAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(config.turn.relayAddress).toBe(config.media.announcedAddress);
  });

  it('--lan makes a key for guests, unless it is configured who may join', async () => {
    const { config, guestKey } = await load(['--lan']);
    expect(config.auth.apiKeys).toEqual([`lan:${guestKey?.secret}`]);
    expect(guestKey?.secret).toHaveLength(43);
    const own = await load(['--lan', '--auth-api-keys', `web:${'k'.repeat(32)}`]);
    expect(own.guestKey).toBeUndefined();
    expect(own.config.auth.apiKeys).toHaveLength(1);
    const open = await load(['--lan', '--auth-mode', 'open']);
    expect([open.guestKey, open.config.auth.apiKeys]).toEqual([undefined, []]);
  });

  it('--lan wins over the environment, and another flag wins over --lan', async () => {
    const { config } = await load(['--lan', '--host', '127.0.0.1'], { CROSSPOINT_TURN_LISTENING_ADDRESS: '127.0.0.1' });
    expect(config.http.host).toBe('127.0.0.1');
    expect(config.turn.listeningAddress).toBe('0.0.0.0');
  });

  it('--lan generates no certificate when one is configured', async () => {
    const { config } = await load(['--lan', '--http-tls-certificate', 'c.pem', '--http-tls-key', 'k.pem']);
    expect(config.http.tls.selfSigned).toBe(false);
  });
});

describe('the found values', () => {
  it('keep an announced address that is configured', async () => {
    const { config } = await load(['--lan', '--media-announced-address', 'sfu.example.org']);
    expect(config.media.announcedAddress).toBe('sfu.example.org');
  });

  it('are part of a frozen configuration', async () => {
    const { config } = await load();
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.media.codecs)).toBe(true);
    expect(config.media.workers).toBeGreaterThan(0);
    expect(config.cacheDirectory).toMatch(/crosspoint$/);
  });

  it('put the cache where XDG_CACHE_HOME says', async () => {
    expect((await load([], { XDG_CACHE_HOME: '/x' })).config.cacheDirectory).toBe('/x/crosspoint');
  });
});

describe('problems', () => {
  it('name the key, the source, what was given and what is expected, all at once', async () => {
    await write('crosspoint.yaml', 'http: { prot: 1, port: [] }\nnonsense: 1\nturn: 7\n');
    const problems = await problemsOf(
      ['--media-workers', 'many', '--http-allowed-origins', 'x', 'word', '--log-levl=info'],
      {
        CROSSPOINT_HTTP_HOST: 'localhost',
        CROSSPOINT_HTP_PORT: '1',
      },
    );
    expect(problems).toEqual([
      'http.prot (crosspoint.yaml): there is no such key (did you mean http.port?)',
      'nonsense (crosspoint.yaml): there is no such key',
      'turn (crosspoint.yaml): got 7, expected a section with keys',
      'CROSSPOINT_HTP_PORT: there is no such setting (did you mean CROSSPOINT_HTTP_PORT?)',
      'word: expected a flag, which begins with --',
      '--log-levl: there is no such flag (did you mean log-level?)',
      'http.port (crosspoint.yaml): got [], expected an integer from 0 to 65535',
      'http.host (CROSSPOINT_HTTP_HOST): got "localhost", expected an IPv4 or IPv6 address',
      'media.workers (--media-workers): got "many", expected an integer from 1 to 256',
      'http.allowedOrigins[0] (--http-allowed-origins): got "x", expected an origin such as https://call.example.org, or *',
    ]);
  });

  it('leave out a value that a later source replaces', async () => {
    expect((await load(['--port', '1'], { CROSSPOINT_HTTP_PORT: 'bad' })).config.http.port).toBe(1);
  });

  it('never repeat a secret', async () => {
    const problems = await problemsOf(['--turn-secrets', 'too-short,too'], { CROSSPOINT_AUTH_API_KEYS: 'id:short' });
    expect(problems.join()).not.toMatch(/too-short|id:short/);
    expect(problems).toHaveLength(2);
  });

  it.each([
    [['--http-tls-key', 'k.pem'], 'http.tls: expected a certificate and a key, or neither'],
    [['--auth-mode', 'token'], `auth: expected ${missingKeyAdvice}`],
    [['--host', '0.0.0.0'], `auth: expected ${missingKeyAdvice}`],
    [['--http-trust-proxy'], `auth: expected ${missingKeyAdvice}`],
    [
      ['--webhooks-urls', 'https://example.org/hook'],
      'webhooks.secret: expected a secret that signs what is sent to webhooks.urls',
    ],
    [['--turn-mode', 'external'], 'turn.urls: expected at least one address, because turn.mode is external'],
    [
      ['--turn-max-port', '99'],
      'turn.maxPort (--turn-max-port): got 99, expected at least turn.minPort, which is 49152',
    ],
    [['--turn-denied-peers', '10.0.0.0/33'], /^turn.deniedPeers\[0\] .*expected an IP address, a range/],
    [['--http-port'], 'http.port (--http-port): got nothing, expected an integer from 0 to 65535'],
    [['--config', 'absent.yaml'], /^absent.yaml: cannot be read: ENOENT/],
  ])('of %j are found', async (args, expected) => {
    expect(await problemsOf(args)).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
  });

  it('of a file that is no YAML name the file', async () => {
    await write('crosspoint.yaml', 'http: [');
    expect(await problemsOf([])).toEqual([expect.stringMatching(/^crosspoint.yaml: cannot be read: /)]);
  });
});

describe('maskSecrets', () => {
  it('shows everything but the secrets', async () => {
    const { config } = await load(['--turn-secrets', SECRET, '--auth-api-keys', `web:${'k'.repeat(32)}`]);
    const masked = JSON.stringify(maskSecrets(config));
    expect(masked).toContain('"secrets":["********"]');
    expect(masked).toContain('"apiKeys":["********"]');
    expect(masked).not.toContain('kkk');
    expect(masked).toContain('"port":4300');
    expect(masked).not.toContain(SECRET);
  });
});

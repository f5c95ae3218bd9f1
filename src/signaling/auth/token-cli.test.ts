import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Revocations } from './revocations.ts';
import { TokenVerifier } from './token-verifier.ts';

const program = fileURLToPath(new URL('./token-cli.ts', import.meta.url));
const secret = 'a-secret-of-at-least-32-characters:with-a-colon';

function run(args: string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, CROSSPOINT_AUTH_API_KEYS: `web:${secret}`, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: tmpdir(),
    env,
    encoding: 'utf8',
  });
  return { status, stdout: stdout.trim(), stderr };
}

const verifier = new TokenVerifier({
  apiKeys: new Map([['web', secret]]),
  clockToleranceSeconds: 0,
  revocations: new Revocations({ maxEntries: 1, keptMs: 1 }),
});

describe('npx crosspoint token', () => {
  it('makes a token that the server accepts', async () => {
    const flags = ['--identity', 'alice', '--room', 'tea', '--name', 'Alice', '--ttl', '15m'];
    const { stdout } = run([...flags, '--grant', 'moderate', '--grant', 'publish=microphone,screen']);
    const claims = await verifier.verify(stdout, 'tea');
    expect(claims).toMatchObject({ sub: 'alice', name: 'Alice', room: 'tea', link: false });
    expect(claims.grants).toMatchObject({ moderate: true, publish: ['microphone', 'screen'], hidden: false });
    expect(claims.exp - Date.now() / 1000).toBeGreaterThan(890);
    expect(claims.exp - Date.now() / 1000).toBeLessThanOrEqual(900);
  });

  it('makes one for a link, and one for the HTTP API, with the key that is given', async () => {
    const key = ['--api-key', `web:${secret}`];
    const environment = { CROSSPOINT_AUTH_API_KEYS: `other:${secret}` };
    expect((await verifier.verify(run(['--link', ...key], environment).stdout, 'any')).link).toBe(true);
    const { stdout: forServers } = run(['--admin', ...key], environment);
    expect((await verifier.verifyAdmin(forServers)).room).toBe('*');
    expect((await verifier.verify(forServers, 'any')).grants.join).toBe(false);
  });

  it('makes keys that the configuration takes', () => {
    const { stdout: key } = run(['--new-key']);
    expect(run(['--identity', 'a'], { CROSSPOINT_AUTH_API_KEYS: key }).status).toBe(0);
  });

  it.each([
    [[], '--identity: expected who the token is for'],
    [['--identity', 'a', '--ttl', 'soon'], '--ttl: got "soon", expected a time such as 90s, 15m, 12h or 7d'],
    [['--identity', 'a', '--grant', 'fly'], '--grant: there is no grant "fly"; choose from createRoom, publish'],
    [['--identity', 'a', '--grant', 'publish=hologram'], '--grant publish: '],
    [['--identity', 'a', '--room', ''], '--room: '],
    [['--identity', 'a', '--api-key', 'short'], 'auth.apiKeys[0] (--auth-api-keys): got a value that is not shown'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('says what is wrong with %j', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });

  it('says how to get a key when there is none', () => {
    const { status, stderr } = run(['--identity', 'a'], { CROSSPOINT_AUTH_API_KEYS: '' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('--new-key makes one')]);
  });
});

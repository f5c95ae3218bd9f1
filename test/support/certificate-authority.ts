import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of a test's own, with one certificate for `localhost`, in a folder that goes with it. */
export interface TestAuthority extends Disposable {
  certificateFile: string;
  keyFile: string;
  /** A new Firefox profile that trusts the authority; Firefox cannot be told to ignore a TURN server's certificate. */
  createFirefoxProfile(): string;
}

export function createTestAuthority(): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'crosspoint-ca-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authorityFiles = ['-keyout', file('ca-key.pem'), '-out', file('ca.pem')];
  openssl('req', '-x509', ...newKey, '-days', '3', '-subj', '/CN=Crosspoint test authority', ...authorityFiles);
  openssl('req', ...newKey, '-subj', '/CN=localhost', '-keyout', file('key.pem'), '-out', file('request.pem'));
  writeFileSync(file('extensions'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  const authority = ['-CA', file('ca.pem'), '-CAkey', file('ca-key.pem'), '-CAcreateserial'];
  const output = ['-days', '3', '-extfile', file('extensions'), '-out', file('certificate.pem')];
  openssl('x509', '-req', '-in', file('request.pem'), ...authority, ...output);
  let profiles = 0;
  return {
    certificateFile: file('certificate.pem'),
    keyFile: file('key.pem'),
    createFirefoxProfile() {
      const profile = file(`profile-${profiles++}`);
      mkdirSync(profile);
      const certutil = (...args: string[]) =>
        execFileSync('certutil', [...args, '-d', `sql:${profile}`], { stdio: 'pipe' });
      certutil('-N', '--empty-password');
      certutil('-A', '-n', 'crosspoint-test', '-t', 'CT,,', '-i', file('ca.pem'));
      return profile;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

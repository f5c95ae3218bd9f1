import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SdpFixture {
  /** For instance `firefox/publish.simulcast.only.offer`. */
  name: string;
  client: string;
  kind: 'offer' | 'answer';
  sdp: string;
}

const directory = fileURLToPath(new URL('../fixtures/sdp/', import.meta.url));

/** Every recorded description. */
export function sdpFixtures(): SdpFixture[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sdp'));
  return files.toSorted().map((file) => ({
    name: file.replace(/\.sdp$/, ''),
    client: file.split('/')[0] ?? '',
    kind: file.endsWith('.offer.sdp') ? 'offer' : 'answer',
    sdp: readFileSync(join(directory, file), 'utf8'),
  }));
}

/** One recorded description by its name. */
export function sdpFixture(name: string): string {
  return readFileSync(join(directory, `${name}.sdp`), 'utf8');
}

import { ensureDebianPackages, isDebianLike } from '../lib/debian-packages.mjs';
import { packageNames, testPackages } from '../system-packages.mjs';

/** Browsers, foreign WebRTC clients and servers that the tests run against. */
export async function installTestPackages() {
  if (!isDebianLike()) {
    process.stderr.write(`• The tests want these installed: ${Object.keys(testPackages).join(', ')}\n`);
    return;
  }
  await ensureDebianPackages({ names: packageNames(testPackages), purpose: 'the tests' });
}

import { type Finding, good, stop } from './finding.ts';

const REQUIRED_MAJOR = 24;

/** The Node that runs us must run erasable TypeScript and have node:sqlite. */
export function checkNode(version = process.versions.node): Finding {
  if (Number(version.split('.')[0]) >= REQUIRED_MAJOR) return good(`Node ${version}`);
  return stop(
    `Node ${version} is older than ${REQUIRED_MAJOR}`,
    'run it by `npm run doctor`, which brings its own Node',
  );
}

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { hashFiles } from '../lib/hash-files.mjs';
import { PROJECT_DIR, projectPath } from '../lib/project.mjs';
import { run } from '../lib/run.mjs';
import { StepFailure } from '../lib/step-failure.mjs';
import { StepLine } from '../lib/step-line.mjs';
import { NODE_BIN } from './runtime.mjs';

const OUTPUT_DIR = projectPath('dist', 'web-demo');
const STAMP_FILE = projectPath('dist', 'web-demo.sha256');
const INPUTS = ['src/web-demo', 'src/client', 'src/protocol', 'package-lock.json', 'scripts/setup/web-demo.mjs'];
const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|txt|map)$/;
// Below this a response fits one packet either way.
const MIN_COMPRESSED_BYTES = 1024;

/** Builds the web demo into dist/web-demo, unless what is there was built from the same inputs. */
export async function buildWebDemo() {
  const hash = hashFiles(
    INPUTS.map((path) => projectPath(path)),
    { base: PROJECT_DIR, accepts: (file) => !/\.test\.tsx?$/.test(file) },
  );
  if (existsSync(OUTPUT_DIR) && existsSync(STAMP_FILE) && readFileSync(STAMP_FILE, 'utf8') === hash) return;
  const step = new StepLine('Building the web demo');
  const directory = projectPath('dist', `.web-demo-${process.pid}`);
  try {
    await bundle(directory);
    compressFiles(directory);
    replaceOutput(directory, hash);
  } catch (error) {
    step.failed();
    throw new StepFailure({
      what: 'the web demo could not be built',
      tried: [error.message, ...(error.excerpt ?? [])],
      todo: ['correct what is named above, then run the same command again'],
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  step.done();
}

function bundle(directory) {
  const vite = projectPath('node_modules', 'vite', 'bin', 'vite.js');
  const args = ['build', projectPath('src', 'web-demo'), '--outDir', directory, '--emptyOutDir'];
  return run(NODE_BIN, [vite, ...args], { cwd: PROJECT_DIR });
}

/** Compressed once here, so that serving them costs no processor time. */
function compressFiles(directory) {
  for (const name of readdirSync(directory, { recursive: true })) {
    const file = join(directory, name);
    if (!COMPRESSIBLE.test(file) || statSync(file).size < MIN_COMPRESSED_BYTES) continue;
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

/** A server that runs from the old folder meets it absent for an instant only. */
function replaceOutput(directory, hash) {
  mkdirSync(projectPath('dist'), { recursive: true });
  rmSync(STAMP_FILE, { force: true });
  rmSync(OUTPUT_DIR, { recursive: true, force: true });
  renameSync(directory, OUTPUT_DIR);
  writeFileSync(STAMP_FILE, hash);
}

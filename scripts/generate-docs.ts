import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import firstCall from '../src/protocol/docs/first-call.json' with { type: 'json' };
import { recordedFrames } from '../src/protocol/docs/first-call.ts';
import { renderErrors } from '../src/protocol/docs/render-errors.ts';
import { renderProtocol } from '../src/protocol/docs/render-protocol.ts';
import { renderSchema } from '../src/protocol/docs/render-schema.ts';
import { renderConfigurationDocument } from '../src/shared/config/render.ts';
import { signalingLimits, wireLimits } from '../src/shared/limits.ts';

const root = new URL('../', import.meta.url);
const template = new URL('../src/protocol/docs/protocol.template.md', import.meta.url);

/** Every file that is generated from the source, by its path in the project. */
export const generatedFiles: Readonly<Record<string, () => string>> = {
  'docs/protocol.md': () =>
    renderProtocol({
      template: readFileSync(template, 'utf8'),
      firstCall: recordedFrames.parse(firstCall),
      joinTimeoutMs: signalingLimits.joinTimeoutMs,
      graceMs: signalingLimits.graceMs,
      ...wireLimits,
    }),
  'docs/protocol.schema.json': renderSchema,
  'docs/errors.md': renderErrors,
  'docs/configuration.md': renderConfigurationDocument,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, render] of Object.entries(generatedFiles)) {
    writeFileSync(new URL(path, root), render());
    console.log(`wrote ${path}`);
  }
}

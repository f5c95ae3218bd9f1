import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { latencyNames } from '../core/recorder.ts';
import { parseCommand } from './arguments.ts';
import { mayBeFigure } from './figure-names.ts';
import { scenarioSchemas } from './scenario-schemas.ts';

const page = readFileSync(new URL('../../../docs/load-test.md', import.meta.url), 'utf8');

/** The words of a command line, without quotes and with variables as their names. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

const commands = [...page.replaceAll(/\\\n\s*/g, '').matchAll(/^npm run load-test -- (.+)$/gm)].map(([, line = '']) =>
  words(line.replace('$at', '2030-01-31T12:00:00Z')),
);

test.each(commands.map((command) => [command]))('the documented command %j can be used', (command) => {
  expect(parseCommand(command).kind).toBe(command[0] === 'merge' ? 'merge' : 'run');
});

test('the documented plan can be used', () => {
  const text = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'load-plan-'));
  const path = join(folder, 'plan.yaml');
  writeFileSync(path, text);
  expect(parseCommand(['mixed', path])).toMatchObject({ kind: 'run', plan: { scenarios: { length: 4 } } });
  rmSync(folder, { recursive: true });
});

test('every latency, every scenario and each of its flags is documented', () => {
  expect(commands.length).toBeGreaterThan(2);
  for (const name of latencyNames) expect(page).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'));
  for (const [type, { shape }] of Object.entries(scenarioSchemas)) {
    const row = new RegExp(`^\\| \`${type}\` .*$`, 'm').exec(page)?.[0] ?? '';
    for (const key of Object.keys(shape)) {
      if (key !== 'type' && key !== 'delay') expect(row, `${type} ${key}`).toMatch(new RegExp(`--(no-)?${key}\\b`));
    }
  }
});

test('gates may be set on every figure that is documented', () => {
  const section = /## Gates(.*?)\n\n\*\*/s.exec(page)?.[1] ?? '';
  const figures = [...section.matchAll(/`([a-z]\w*(?:\.\w+)*)`/g)].map(([, name = '']) => name);
  expect(figures.length).toBeGreaterThan(20);
  // The key of the JSON report that holds them all.
  expect(figures.filter((name) => !mayBeFigure(name))).toEqual(['figures']);
});

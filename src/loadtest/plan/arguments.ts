import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { flag } from './fields.ts';
import { type Output, output, outputFields, type Plan, plan, planFields } from './plan.ts';
import { type ScenarioType, scenarioSchemas } from './scenario-schemas.ts';
import { UsageError } from './usage-error.ts';

/** What the command line asks for. */
export type Command =
  | { kind: 'run'; plan: Plan; output: Output }
  | { kind: 'merge'; files: string[]; output: Output; gates: string[] }
  | { kind: 'help'; text: string };

type Fields = Record<string, z.ZodType>;

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function isScenarioType(name: string): name is ScenarioType {
  return Object.hasOwn(scenarioSchemas, name);
}

function unwrapped(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional
    ? unwrapped(field.unwrap() as z.ZodType)
    : field;
}

function isSwitch(field: z.ZodType): boolean {
  return unwrapped(field) === flag;
}

function optionsFor(fields: Fields): NonNullable<ParseArgsConfig['options']> {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, field] of Object.entries(fields)) {
    if (isSwitch(field)) options[kebab(name)] = { type: 'boolean' };
    else options[kebab(name)] = { type: 'string', multiple: unwrapped(field) instanceof z.ZodArray };
  }
  return options;
}

/** `type` is the positional argument itself, and `delay` only makes sense in a file. */
function flagsOf(type: ScenarioType): Fields {
  const { type: _type, delay: _delay, ...flags } = scenarioSchemas[type].shape;
  return flags;
}

function readFlags(fields: Fields, args: string[]): { values: Record<string, unknown>; help: boolean; rest: string[] } {
  try {
    const parsed = parseArgs({ args, options: optionsFor(fields), allowPositionals: true, allowNegative: true });
    const { help, ...flags } = parsed.values;
    const values = Object.fromEntries(Object.entries(flags).map(([name, value]) => [camel(name), value]));
    return { values, help: help === true, rest: parsed.positionals };
  } catch (error) {
    throw new UsageError(flagProblem(error));
  }
}

/** `parseArgs` explains an unknown flag with advice that fits no command of ours. */
function flagProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1];
  return unknown === undefined ? message : `there is no flag ${unknown}; --help lists those there are`;
}

function pick(values: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(fields, name)));
}

function validated<T>(schema: z.ZodType<T>, value: unknown, nameOf = placeName): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(result.error.issues.map(({ path, message }) => `${nameOf(path)}: ${message}`).join('\n'));
}

/** A place in a file, such as `scenarios.1.rate`. */
function placeName(path: PropertyKey[]): string {
  return path.map(String).join('.') || 'plan';
}

/** The flag that a value came from: `--rate` for `scenarios.0.rate`, `--assert` for `assert.0`. */
function flagName(path: PropertyKey[]): string {
  const name = path.filter((key) => typeof key === 'string' && key !== 'scenarios').map(String)[0];
  return name === undefined ? 'plan' : `--${kebab(name)}`;
}

function readPlanFile(path: string): Record<string, unknown> {
  try {
    const content: unknown = parseYaml(readFileSync(path, 'utf8'));
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
    throw new UsageError(`${path}: holds no mapping`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseRun(type: ScenarioType, args: string[]): Command {
  const flags = flagsOf(type);
  const { values, help, rest } = readFlags({ ...planFields, ...outputFields, ...flags }, args);
  if (help) return { kind: 'help', text: scenarioHelp(type) };
  if (rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]}`);
  const scenarios = [{ type, ...pick(values, flags) }];
  return {
    kind: 'run',
    plan: validated(plan, { ...pick(values, planFields), scenarios }, flagName),
    output: validated(output, pick(values, outputFields), flagName),
  };
}

/** Flags win over the file, so that one plan serves several servers. */
function parseMixed(args: string[]): Command {
  const { values, help, rest } = readFlags({ ...planFields, ...outputFields }, args);
  if (help) return { kind: 'help', text: generalHelp() };
  const [path] = rest;
  if (path === undefined || rest.length > 1) throw new UsageError('mixed takes one YAML file');
  return {
    kind: 'run',
    plan: validated(plan, { ...readPlanFile(path), ...pick(values, planFields) }),
    output: validated(output, pick(values, outputFields)),
  };
}

function parseMerge(args: string[]): Command {
  const fields = { ...outputFields, assert: planFields.assert };
  const { values, help, rest } = readFlags(fields, args);
  if (help) return { kind: 'help', text: generalHelp() };
  if (rest.length === 0) throw new UsageError('merge takes the JSON reports of the machines');
  const { assert } = validated(z.object({ assert: planFields.assert }), pick(values, { assert: planFields.assert }));
  return { kind: 'merge', files: rest, output: validated(output, pick(values, outputFields)), gates: assert };
}

/** Reads `churn --rate 50`, `mixed plan.yaml` or `merge a.json b.json`. Throws `UsageError`. */
export function parseCommand(args: string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    return { kind: 'help', text: generalHelp() };
  }
  if (isScenarioType(name)) return parseRun(name, rest);
  if (name === 'mixed') return parseMixed(rest);
  if (name === 'merge') return parseMerge(rest);
  const known = [...Object.keys(scenarioSchemas), 'mixed', 'merge'].join(', ');
  throw new UsageError(`there is no scenario ${name}; choose from ${known}`);
}

function helpLines(fields: Fields): string[] {
  return Object.entries(fields).map(([name, field]) => {
    const fallback =
      field instanceof z.ZodDefault || field instanceof z.ZodPrefault
        ? JSON.stringify(field.def.defaultValue)
        : undefined;
    const suffix =
      fallback === undefined || fallback === '[]' || isSwitch(field) ? '' : ` [${fallback.replaceAll('"', '')}]`;
    const shown = isSwitch(field) && fallback === 'true' ? `no-${kebab(name)}` : kebab(name);
    return `  --${shown.padEnd(16)} ${field.description ?? ''}${suffix}`;
  });
}

function scenarioHelp(type: ScenarioType): string {
  return [
    `crosspoint load-test ${type}: ${scenarioSchemas[type].description ?? ''}`,
    '',
    ...helpLines(flagsOf(type)),
    '',
    'For every scenario:',
    ...helpLines({ ...planFields, ...outputFields }),
  ].join('\n');
}

const examples = `Examples:
  crosspoint load-test churn --rate 50 --rooms 20 --duration 1m --assert 'join.p99<200ms' --assert errors=0
  crosspoint load-test media --rooms 2 --participants 5 --publishers 3 --url https://call.example.org --html report.html

Exits with 0 when every --assert holds, 1 when one is missed or the run failed, 2 when the command line cannot be used.`;

function generalHelp(): string {
  const scenarios = Object.entries(scenarioSchemas).map(
    ([name, { description }]) => `  ${name.padEnd(18)} ${description}`,
  );
  return [
    'crosspoint load-test SCENARIO [flags]',
    'crosspoint load-test mixed PLAN.yaml [flags]     several scenarios at once',
    'crosspoint load-test merge A.json B.json [flags] one report of several machines',
    '',
    'Scenarios (each has --help):',
    ...scenarios,
    '',
    'For every scenario:',
    ...helpLines({ ...planFields, ...outputFields }),
    '',
    examples,
  ].join('\n');
}

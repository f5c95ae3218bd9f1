import { type ConfigKey, configKeys, findKey } from './keys.ts';
import { type Config, configSchema } from './schema.ts';
import type { Setting } from './setting.ts';

/** Of several settings of a key the last one counts. Returns the configuration, or a line for each problem. */
export function mergeSettings(settings: readonly Setting[]): { config?: Config; problems: string[] } {
  const effective = new Map(settings.map((setting) => [setting.key, setting]));
  const problems = [...effective.values()].flatMap(describeProblem);
  if (problems.length > 0) return { problems };
  const result = configSchema.safeParse(nest([...effective.values()]));
  if (result.success) return { config: result.data, problems };
  return { problems: result.error.issues.map((issue) => describeIssue(issue, effective)) };
}

/** "http.port (--port): got 70000, expected an integer from 0 to 65535" */
function describeProblem({ key, value, source }: Setting): string[] {
  const result = key.schema.safeParse(value);
  if (result.success) return [];
  const index = result.error.issues[0]?.path[0];
  if (typeof index !== 'number' || !Array.isArray(value)) {
    return [`${key.name} (${source}): got ${show(key, value)}, expected ${key.expected}`];
  }
  return [`${key.name}[${index}] (${source}): got ${show(key, value[index])}, expected ${key.expectedItem}`];
}

function show(key: ConfigKey, value: unknown): string {
  return key.secret ? 'a value that is not shown' : (JSON.stringify(value) ?? String(value));
}

/** Problems of several keys together: their message says what was expected. */
function describeIssue(
  issue: { path: PropertyKey[]; message: string },
  effective: ReadonlyMap<ConfigKey, Setting>,
): string {
  const name = issue.path.join('.');
  const key = findKey(name);
  const setting = key && effective.get(key);
  if (!setting) return `${name}: expected ${issue.message}`;
  return `${name} (${setting.source}): got ${show(setting.key, setting.value)}, expected ${issue.message}`;
}

interface Nested {
  [name: string]: unknown;
}

function nest(settings: readonly Setting[]): Nested {
  const root: Nested = {};
  for (const { key, value } of settings) {
    const sections = key.path.slice(0, -1);
    const name = key.path.at(-1);
    const section = sections.reduce(enter, root);
    if (name !== undefined) section[name] = value;
  }
  return root;
}

function enter(parent: Nested, name: string): Nested {
  const existing = parent[name];
  if (isNested(existing)) return existing;
  const created: Nested = {};
  parent[name] = created;
  return created;
}

function isNested(value: unknown): value is Nested {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The configuration as nested sections, with secrets masked, for `--print-config`. */
export function maskSecrets(config: Config): Nested {
  const settings = configKeys.map((key) => ({ key, value: maskedValue(key, effectiveValue(config, key)), source: '' }));
  return nest(settings.filter(({ value }) => value !== undefined));
}

function effectiveValue(config: Config, key: ConfigKey): unknown {
  return key.path.reduce<unknown>((value, name) => (isNested(value) ? value[name] : undefined), config);
}

function maskedValue(key: ConfigKey, value: unknown): unknown {
  if (!key.secret || value === undefined) return value;
  return Array.isArray(value) ? value.map(() => '********') : '********';
}

import type { z } from 'zod';

/** Says that only the schema itself can tell: the value is wrong, or has a part for which there is no shortcut. */
export const unsure: unique symbol = Symbol('unsure');

/** Returns what the schema would return for a value that is plainly right, and `unsure` for every other. */
export type Shortcut<T> = (value: unknown) => T | typeof unsure;

type Schema = z.core.$ZodType;
/** The parts of zod's definitions that are read here; which of them are there depends on the type. */
type Definition = z.core.$ZodTypeDef & {
  readonly [part: string]: unknown;
  readonly checks?: readonly z.core.$ZodCheck<never>[];
};
type CheckDefinition = z.core.$ZodCheckDef & { readonly [part: string]: unknown };

/** What a field is compiled to; `name` is that of the variable that holds it. */
interface Field {
  /** An expression: the value is right, and goes into the result as it is. */
  isRight(name: string): string;
  /** An expression for a value that is absent; undefined when it must not be. */
  readonly absent?: string;
  /** Whether an absent value leaves the result without the key. */
  readonly omitted?: boolean;
}

/** Values that the code refers to: patterns and defaults. */
type Constants = unknown[];

/**
 * Compiles the part of an object's schema that right messages need: fields of a simple type. Zod looks at a right value as
 * closely as at a wrong one, which was a twentieth of what a join and a leave cost. A shortcut refuses nothing and explains
 * nothing: what it is unsure of goes to the schema, which stays the only definition. The code is made of the server's own
 * schemas, and of nothing that came over the network.
 */
export function shortcutOf<S extends z.ZodType>(schema: S): Shortcut<z.output<S>> {
  const { type, shape, catchall, checks = [] } = definitionOf(schema);
  if (type !== 'object' || catchall !== undefined || checks.length > 0) return () => unsure;
  const constants: Constants = [unsure];
  const code = codeOf(shape as Record<string, Schema>, constants);
  // What it returns is held against the schema itself by the test.
  return new Function('constants', code)(constants);
}

function definitionOf(schema: Schema): Definition {
  return { ...schema._zod.def };
}

function codeOf(shape: Record<string, Schema>, constants: Constants): string {
  const fields = Object.entries(shape).map(([key, schema], index) => {
    const field = fieldOf(schema, constants);
    return { key: JSON.stringify(key), name: `v${index}`, field };
  });
  const lines = fields.map(({ key, name, field }) => {
    const isFine = field.absent === undefined ? '' : `${name} === undefined || `;
    return `const ${name} = value[${key}];\nif (!(${isFine}${field.isRight(name)})) return unsure;`;
  });
  const kept = fields.filter(({ field }) => !field.omitted);
  const entries = kept.map(({ key, name, field: { absent } }) =>
    absent === undefined ? `${key}: ${name}` : `${key}: ${name} === undefined ? ${absent} : ${name}`,
  );
  const later = fields.filter(({ field }) => field.omitted);
  const additions = later.map(({ key, name }) => `if (${name} !== undefined) result[${key}] = ${name};`);
  return `const unsure = constants[0];
return (value) => {
if (typeof value !== 'object' || value === null || Array.isArray(value)) return unsure;
${lines.join('\n')}
const result = { ${entries.join(', ')} };
${additions.join('\n')}
return result;
}`;
}

function fieldOf(schema: Schema, constants: Constants): Field {
  const definition = definitionOf(schema);
  return compilers[definition.type]?.(definition, constants) ?? never;
}

const never: Field = { isRight: () => 'false' };

/** By the type of a field; a field of another type is right only when it is absent and may be. */
const compilers: Readonly<Partial<Record<string, (definition: Definition, constants: Constants) => Field>>> = {
  unknown: () => ({ isRight: (name) => `${name} !== undefined` }),
  boolean: () => ({ isRight: (name) => `typeof ${name} === 'boolean'` }),
  string: (definition, constants) => primitive((name) => `typeof ${name} === 'string'`, definition, constants),
  number: (definition, constants) => primitive((name) => `Number.isFinite(${name})`, definition, constants),
  enum: ({ entries }, constants) => oneOf(Object.values(entries as object), constants),
  literal: ({ values }, constants) => oneOf(values as unknown[], constants),
  optional: ({ innerType }, constants) => ({
    ...fieldOf(innerType as Schema, constants),
    ...{ absent: 'undefined', omitted: true },
  }),
  default: ({ innerType, defaultValue }, constants) => ({
    ...fieldOf(innerType as Schema, constants),
    absent: copyOf(defaultValue, constants),
  }),
};

/** A type of its own, such as an address in text, is a definition with a check of its own. */
function primitive(isOfType: (name: string) => string, definition: Definition, constants: Constants): Field {
  const { checks = [], check, coerce } = definition;
  const tests = checks.map(({ _zod: { def } }) => testOf({ ...def }, constants));
  if (check !== undefined || coerce === true || tests.includes(undefined)) return never;
  return { isRight: (name) => [isOfType(name), ...tests.map((test) => test?.(name))].join(' && ') };
}

function oneOf(values: readonly unknown[], constants: Constants): Field {
  const set = reference(new Set(values), constants);
  return { isRight: (name) => `${set}.has(${name})` };
}

/** Whoever gets an object may keep it, so everybody gets one of their own. */
function copyOf(value: unknown, constants: Constants): string {
  const constant = reference(value, constants);
  if (Array.isArray(value)) return `[...${constant}]`;
  return typeof value === 'object' ? `{ ...${constant} }` : constant;
}

function reference(value: unknown, constants: Constants): string {
  return `constants[${constants.push(value) - 1}]`;
}

/** Whether a value of the right type passes a check; undefined when there is no such test here. */
function testOf(definition: CheckDefinition, constants: Constants): ((name: string) => string) | undefined {
  const { minimum, maximum, value, inclusive, format, pattern } = definition;
  switch (definition.check) {
    case 'min_length':
      return (name) => `${name}.length >= ${Number(minimum)}`;
    case 'max_length':
      return (name) => `${name}.length <= ${Number(maximum)}`;
    case 'number_format':
      return format === 'safeint' ? (name) => `Number.isSafeInteger(${name})` : undefined;
    case 'greater_than':
      return inclusive ? (name) => `${name} >= ${Number(value)}` : undefined;
    case 'less_than':
      return inclusive ? (name) => `${name} <= ${Number(value)}` : undefined;
    case 'string_format':
      return matching(pattern, constants);
    default:
      return undefined;
  }
}

function matching(pattern: unknown, constants: Constants): ((name: string) => string) | undefined {
  if (!(pattern instanceof RegExp) || pattern.global || pattern.sticky) return undefined;
  const regex = reference(pattern, constants);
  return (name) => `${regex}.test(${name})`;
}

import type { JsonSchema } from './json-schema.ts';

/** Types that have a name and a section of their own in the documentation. */
export type NamedTypes = ReadonlyMap<string, JsonSchema>;

/** A type in words, with its bounds: `string, 1–64 characters`. */
export function describeType(schema: JsonSchema, named: NamedTypes): string {
  const name = nameOf(schema, named);
  if (name) return `[${name}](#${name.toLowerCase()})`;
  const { items, additionalProperties } = schema;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(' or ');
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return variants.map((variant) => describeType(variant, named)).join(' or ');
  if (schema.type === 'array') return `array of ${describeType(items ?? {}, named)}${itemBounds(schema)}`;
  if (typeof additionalProperties === 'object') return describeMap(schema, additionalProperties, named);
  return `${schema.type ?? 'any JSON value'}${bounds(schema)}`;
}

/** The name of a named type, whatever is said about it here. */
export function nameOf(schema: JsonSchema, named: NamedTypes): string | undefined {
  const shape = shapeOf(schema);
  return [...named].find(([, candidate]) => shapeOf(candidate) === shape)?.[0];
}

function shapeOf({ description: _, default: __, ...shape }: JsonSchema): string {
  return JSON.stringify(shape);
}

function describeMap({ propertyNames = {} }: JsonSchema, values: JsonSchema, named: NamedTypes): string {
  return `object with keys (${describeType({ type: 'string', ...propertyNames }, named)}) and values (${describeType(values, named)})`;
}

function bounds({ type, minimum, maximum, minLength, maxLength }: JsonSchema): string {
  if (type === 'string') return range(minLength, maxLength, ' characters');
  return range(minimum, maximum, '');
}

function itemBounds({ maxItems }: JsonSchema): string {
  return maxItems === undefined ? '' : `, at most ${number(maxItems)}`;
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `, ${number(least)}–${number(most)}${unit}`;
  if (most !== undefined) return `, at most ${number(most)}${unit}`;
  return least === undefined ? '' : `, at least ${number(least)}${unit}`;
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}

export function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

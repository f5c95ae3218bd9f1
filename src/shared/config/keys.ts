import { z } from 'zod';
import { configSchema } from './schema.ts';

/** One key of the configuration, as `--help`, the documentation and the readers of the sources see it. */
export interface ConfigKey {
  /** Dotted, as in messages: `http.tls.selfSigned`. */
  name: string;
  path: readonly string[];
  schema: z.ZodType;
  description: string;
  /** What a value must be, in words. */
  expected: string;
  /** For a list: what each item must be. */
  expectedItem: string | undefined;
  kind: 'boolean' | 'number' | 'string' | 'list';
  secret: boolean;
  /** The default in words or as JSON. */
  defaultText: string;
  /** `CROSSPOINT_HTTP_TLS_SELF_SIGNED` */
  environmentName: string;
  /** `http-tls-self-signed`, without the dashes before it. */
  flagName: string;
}

const metaSchema = z.object({
  description: z.string(),
  secret: z.boolean().default(false),
  defaultText: z.string().optional(),
});

/** The part of JSON Schema that a key's type is told from. */
const typeSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  expected: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  get items() {
    return typeSchema.optional();
  },
  default: z.unknown().optional(),
});

type TypeDescription = z.infer<typeof typeSchema>;

/** Every key, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = listKeys(configSchema, []);

const keysByName = new Map(configKeys.map((key) => [key.name, key]));

/** Looks a key up by its dotted name. */
export function findKey(name: string): ConfigKey | undefined {
  return keysByName.get(name);
}

/** Whether a dotted name is a section, that is: keys begin with it. */
export function isSection(name: string): boolean {
  return configKeys.some((key) => key.name.startsWith(`${name}.`));
}

function listKeys(schema: z.ZodType, path: readonly string[]): ConfigKey[] {
  const section = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
  if (!(section instanceof z.ZodObject)) return [describeKey(schema, path)];
  return Object.entries(section.shape).flatMap(([name, child]) =>
    child instanceof z.ZodType ? listKeys(child, [...path, name]) : [],
  );
}

function describeKey(schema: z.ZodType, path: readonly string[]): ConfigKey {
  const meta = metaSchema.parse(schema.meta());
  const type = typeSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const words = path.map(toWords);
  return {
    name: path.join('.'),
    path,
    schema,
    description: meta.description,
    expected: describeType(type),
    expectedItem: type.items && describeType(type.items),
    kind: kindOf(type),
    secret: meta.secret,
    defaultText: meta.defaultText ?? (type.default === undefined ? 'none' : `\`${JSON.stringify(type.default)}\``),
    environmentName: ['CROSSPOINT', ...words.flat()].join('_').toUpperCase(),
    flagName: words.flat().join('-').toLowerCase(),
  };
}

/** "selfSigned" -> ["self", "Signed"] */
function toWords(name: string): string[] {
  return name.split(/(?=[A-Z])/);
}

function kindOf({ type }: TypeDescription): ConfigKey['kind'] {
  if (type === 'array') return 'list';
  if (type === 'boolean') return 'boolean';
  return type === 'integer' || type === 'number' ? 'number' : 'string';
}

function describeType(type: TypeDescription): string {
  if (type.items) return `a list, each ${describeType(type.items)}`;
  if (type.expected) return type.expected;
  if (type.enum) return `one of ${type.enum.join(', ')}`;
  if (type.type === 'boolean') return 'true or false';
  if (type.type === 'integer') return describeInteger(type);
  return type.minLength === undefined ? 'text' : `text of at least ${type.minLength} characters`;
}

function describeInteger({ minimum, maximum }: TypeDescription): string {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return bounded ? `an integer from ${minimum} to ${maximum}` : `an integer of at least ${minimum}`;
}

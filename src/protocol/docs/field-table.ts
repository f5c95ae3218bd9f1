import { code, describeType, type NamedTypes, nameOf } from './describe-type.ts';
import type { JsonSchema } from './json-schema.ts';

interface Row {
  field: string;
  type: string;
  presence: string;
  description: string;
}

/** Markdown tables of an object's fields; one for each form, where it has several. */
export function fieldTables(schema: JsonSchema, named: NamedTypes): string {
  const forms = schema.anyOf ?? schema.oneOf;
  if (!forms) return fieldTable(schema, named);
  return forms.map((form) => `${formTitle(form)}\n\n${fieldTable(form, named)}`).join('\n\n');
}

function fieldTable(schema: JsonSchema, named: NamedTypes): string {
  const rows = rowsOf(schema, '', named);
  if (rows.length === 0) return '_No fields._';
  const lines = rows.map(({ field, type, presence, description }) =>
    [`\`${field}\``, type, presence, description].map(cell).join(' | '),
  );
  return ['Field | Type | Presence | Meaning', '--- | --- | --- | ---', ...lines]
    .map((line) => `| ${line} |`)
    .join('\n');
}

/** Fields of nested objects follow their parent with a dotted name; those of named types stand in their own section. */
function rowsOf(schema: JsonSchema, prefix: string, named: NamedTypes): Row[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const row: Row = {
      field: `${prefix}${key}`,
      type: typeName(field, named),
      presence: presenceOf(field, required.has(key)),
      description: field.description ?? field.items?.description ?? '',
    };
    return [row, ...nestedRows(field, row.field, named)];
  });
}

function nestedRows(field: JsonSchema, name: string, named: NamedTypes): Row[] {
  if (nameOf(field, named)) return [];
  if (field.properties) return rowsOf(field, `${name}.`, named);
  const { items } = field;
  return items?.properties && !nameOf(items, named) ? rowsOf(items, `${name}[].`, named) : [];
}

function typeName(field: JsonSchema, named: NamedTypes): string {
  if (field.properties && !nameOf(field, named)) return 'object';
  return describeType(field, named);
}

function presenceOf({ default: value }: JsonSchema, required: boolean): string {
  if (value !== undefined) return `default ${code(value)}`;
  return required ? 'required' : 'optional';
}

/** Names a form by what tells it from the others: a constant field, or the first field. */
function formTitle({ properties = {} }: JsonSchema): string {
  const [key = '', field = {}] =
    Object.entries(properties).find(([, { const: value }]) => value !== undefined) ??
    Object.entries(properties)[0] ??
    [];
  const value = field.const === undefined ? '' : `: ${JSON.stringify(field.const)}`;
  return `With \`${key}${value}\`:`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

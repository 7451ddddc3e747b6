import { z } from 'zod';
import { siteSchema } from './schema/site.ts';
import type { Path } from './problems.ts';

/** The part of JSON Schema that is generated and read here. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
}

/** A site without a base, in the draft that YAML editors know. */
const wholeSchema = (): JsonSchema => z.toJSONSchema(siteSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;

/** The file as an editor sees it. One with a base may lack what the base has. */
export function siteJsonSchema(): JsonSchema {
  const { required, ...schema } = wholeSchema();
  return { ...schema, anyOf: [{ required: ['base'] }, { required: required! }] };
}

/** The schema of the elements of a list, or of the sections with free names; also where a word may stand instead. */
const innerSchema = ({ items, additionalProperties, anyOf }: JsonSchema): JsonSchema | undefined => {
  if (typeof additionalProperties === 'object') return additionalProperties;
  if (Array.isArray(items)) return undefined;
  if (items !== undefined) return items as JsonSchema;
  const list = anyOf?.find(
    ({ type, items: inner }) => type === 'array' && (inner as JsonSchema | undefined)?.properties,
  );
  return list?.items as JsonSchema | undefined;
};

/** The options that may stand in the section at a path of a site file. */
export const optionsAt = (path: Path): Readonly<Record<string, JsonSchema>> => optionsIn(wholeSchema(), path);

/** The same for a file of another schema. */
export function optionsIn(whole: JsonSchema, path: Path): Readonly<Record<string, JsonSchema>> {
  let schema: JsonSchema | undefined = whole;
  for (const key of path) schema = schema?.properties?.[key] ?? (schema && innerSchema(schema));
  return schema?.properties ?? {};
}

export interface OptionRow {
  /** As in the file, `[]` for any element of a list and `<name>` for any name. */
  readonly path: readonly string[];
  readonly kind: string;
  readonly required: boolean;
  /** As it would stand in the file; undefined when there is none. */
  readonly byDefault: unknown;
  readonly sentence: string;
}

/**
 * Every option once, in the order of the schema. Tuning can be repeated under fields and groups, and field options
 * under `fields`; they have the same sentences there, and only the shortest path is kept.
 */
export function optionRows(whole: JsonSchema = wholeSchema()): readonly OptionRow[] {
  const rows = rowsUnder(whole, []);
  const shortest = new Map<string, number>();
  for (const { sentence, path } of rows) {
    shortest.set(sentence, Math.min(path.length, shortest.get(sentence) ?? Infinity));
  }
  return rows.filter(({ sentence, path }) => shortest.get(sentence) === path.length);
}

function rowsUnder(schema: JsonSchema, path: readonly string[]): readonly OptionRow[] {
  const inner = innerSchema(schema);
  if (inner) return rowsUnder(inner, [...path, schema.items ? '[]' : '<name>']);
  return Object.entries(schema.properties ?? {}).flatMap(([key, option]) => {
    const row: OptionRow = {
      path: [...path, key],
      kind: kindOf(option),
      required: schema.required?.includes(key) ?? false,
      byDefault: option.default,
      sentence: option.description ?? '',
    };
    return [row, ...rowsUnder(option, row.path)];
  });
}

function kindOf({ title, anyOf, enum: values, type, minimum, maximum, items }: JsonSchema): string {
  if (title !== undefined) return title;
  if (anyOf !== undefined) return kindOf(anyOf[0]); // or null, for not given
  if (values !== undefined) return values.join(', ');
  if (type === 'boolean') return 'true or false';
  if (type === 'object') return 'section';
  if (type === 'array')
    return `list of ${items && !Array.isArray(items) && (items as JsonSchema).type === 'object' ? 'sections' : 'names'}`;
  if (type === 'integer' || type === 'number') {
    const bounds = minimum === undefined ? `above 0, at most ${maximum ?? ''}` : `${minimum} to ${maximum ?? ''}`;
    return `${type === 'integer' ? 'whole number' : 'number'}, ${bounds}`;
  }
  return 'text';
}

/** The options as a Markdown table. */
export function optionTable(rows = optionRows()): string {
  const cell = (text: string): string => text.replace(/[|<]/g, '\\$&');
  const lines = rows.map(({ path, kind, required, byDefault, sentence }) => {
    const name = path.join('.').replaceAll('.[]', '[]');
    return `| \`${name}\` | ${cell(kind)} | ${required ? 'required' : defaultText(byDefault)} | ${cell(sentence)} |`;
  });
  return ['| Option | Type | Default | Meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** Sections default to their options' defaults, which have rows of their own. */
function defaultText(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return '';
  return `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``;
}

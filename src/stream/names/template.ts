/** The names that may stand in a template. */
export const TEMPLATE_FIELDS = [
  'title',
  'text',
  'event',
  'severity',
  'site',
  'series',
  'label',
  'value',
  'expected',
  'unit',
  'score',
  'at',
  'id',
  'alarm',
  'incident',
] as const;

export type TemplateField = (typeof TEMPLATE_FIELDS)[number];

/** Literal text, and fields between. */
export type Template = readonly (string | { readonly field: TemplateField })[];

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/**
 * Reads a text with placeholders such as {{ text }}. There is nothing else: no code, no conditions, no nesting. Throws a RangeError
 * for an unknown name and for braces that are no placeholder.
 */
export function compileTemplate(text: string): Template {
  const parts: (string | { readonly field: TemplateField })[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const [whole, name] = match;
    if (!(TEMPLATE_FIELDS as readonly string[]).includes(name)) throw new RangeError(`unknown placeholder ${whole}`);
    parts.push(text.slice(end, match.index), { field: name as TemplateField });
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  if (parts.some((part) => typeof part === 'string' && part.includes('{{')))
    throw new RangeError('"{{" without its "}}"');
  return parts;
}

/** Fills in the fields, each escaped for the place where it stands. */
export const fillTemplate = (
  template: Template,
  fields: Readonly<Record<TemplateField, string>>,
  escape: (value: string) => string,
): string => template.map((part) => (typeof part === 'string' ? part : escape(fields[part.field]))).join('');

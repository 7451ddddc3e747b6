import { expect, test } from 'vitest';
import {
  compileTemplate,
  fillTemplate,
  TEMPLATE_FIELDS,
  type TemplateField,
} from '../../../src/stream/names/template.ts';

const fields = Object.fromEntries(TEMPLATE_FIELDS.map((name) => [name, `<${name}>`])) as Record<TemplateField, string>;
const fill = (text: string, escape = (value: string) => value): string =>
  fillTemplate(compileTemplate(text), fields, escape);

test('placeholders are filled in, with or without spaces; other text stays', () => {
  expect(fill('a {{ text }}, {{severity}} {b} $1 ${c}')).toBe('a <text>, <severity> {b} $1 ${c}');
  expect(fill('')).toBe('');
});

test('values are escaped, the text around them is not', () => {
  expect(fill('<{{ site }}>', (value) => value.toUpperCase())).toBe('<<SITE>>');
});

test('a value that looks like a placeholder is not filled in again', () => {
  expect(fillTemplate(compileTemplate('{{ text }}'), { ...fields, text: '{{ site }}' }, (value) => value)).toBe(
    '{{ site }}',
  );
});

test.each(['{{ password }}', '{{ text', '{{ constructor }}', '{{ text.length }}', '{{ {{ text }} }}', '{{}}'])(
  '%s is refused',
  (text) => {
    expect(() => compileTemplate(text)).toThrow(RangeError);
  },
);

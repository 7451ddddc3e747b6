import type { z } from 'zod';
import { valueAt, type Path } from './problems.ts';
import { groupSchema, inputSchema } from './schema.ts';
import type { FieldOptions, GroupOptions, InputOptions } from './schema.ts';

/** What is right in itself, as read; null when it is not. */
export const sound = <Type extends z.ZodType>(type: Type, data: unknown): z.output<Type> | null =>
  type.safeParse(data).data ?? null;

export const listAt = (data: unknown, path: Path): readonly unknown[] => {
  const found = valueAt(data, path);
  return Array.isArray(found) ? found : [];
};

/** A field and where its options stand: beside the topic, or in an element of `fields`. */
export interface PlacedField {
  readonly path: Path;
  readonly input: InputOptions;
  readonly field: FieldOptions;
}

/** The fields of all inputs that are right in themselves. */
export function fieldsOf(data: unknown): readonly PlacedField[] {
  return listAt(data, ['inputs']).flatMap((given, i) => {
    const input = sound(inputSchema, given);
    if (input === null) return [];
    const several = valueAt(given, ['fields']) !== undefined;
    return input.fields.map((field, j) => ({
      path: several ? ['inputs', i, 'fields', j] : ['inputs', i],
      input,
      field,
    }));
  });
}

export interface PlacedGroup {
  readonly name: string;
  readonly group: GroupOptions;
}

/** The groups that are right in themselves. */
export const groupsOf = (data: unknown): readonly PlacedGroup[] =>
  Object.entries(valueAt(data, ['groups']) ?? {}).flatMap(([name, given]) => {
    const group = sound(groupSchema, given);
    return group ? [{ name, group }] : [];
  });

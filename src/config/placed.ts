import type { z } from 'zod';
import { valueAt, type Path } from './problems.ts';
import { groupSchema, inputSchema } from './schema/input.ts';
import type { FieldOptions, GroupOptions, InputOptions } from './schema/input.ts';
import { mergeTuning, overrideSchema, tuningSchema } from './schema/tuning.ts';
import type { Tuning, TuningOverride } from './schema/tuning.ts';

/** The parsed value; null when it is not valid by itself. */
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
    const several = Array.isArray(valueAt(given, ['fields']));
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

/** The tuning that the site, a field or a group sets, and the result with the layers above. */
export interface PlacedTuning {
  readonly path: Path;
  readonly own: TuningOverride;
  readonly merged: Tuning;
  /** Series that a network of it learns: 1, or those of the group. */
  readonly series: number;
}

/** The site's tuning first, then that of each field and group; none where the site's is not right in itself. */
export function tuningsOf(data: unknown): readonly PlacedTuning[] {
  const own = sound(overrideSchema, valueAt(data, ['tuning']) ?? {});
  if (!own) return [];
  const site = mergeTuning(tuningSchema.parse({}), own);
  const placed = (path: Path, tuning: TuningOverride, series: number): PlacedTuning => ({
    path: [...path, 'tuning'],
    own: tuning,
    merged: mergeTuning(site, tuning),
    series,
  });
  return [
    { path: ['tuning'], own, merged: site, series: 1 },
    ...fieldsOf(data).map(({ path, field }) => placed(path, field.tuning, 1)),
    ...groupsOf(data).map(({ name, group }) => placed(['groups', name], group.tuning, group.series.length)),
  ];
}

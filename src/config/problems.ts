/** Where an option stands: keys and places in lists, from the top of the file. */
export type Path = readonly (string | number)[];

/** A mistake or a warning. `on`: the part of the line to which it points. */
export interface Problem {
  readonly path: Path;
  readonly text: string;
  readonly on?: 'key' | 'value';
}

/** `inputs[0].tuning.cell` */
export const pathText = (path: Path): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('');

/** The value at a path in plain data; undefined where there is none. */
export const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    data,
  );

/** Where an option stands: keys and places in lists, from the top of the file. */
export type Path = readonly (string | number)[];

/** Something the operator should change, or at least know. `on` says which part of the line to point at. */
export interface Problem {
  readonly path: Path;
  readonly text: string;
  readonly on?: 'key' | 'value';
}

/** `inputs[0].tuning.cell` */
export const pathText = (path: Path): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('');

/** What stands at a path in plain data; undefined where there is nothing. */
export const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    data,
  );

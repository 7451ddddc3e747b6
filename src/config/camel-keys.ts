type Camel<Key> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Key;

/** The same values under camelCase keys; what may be absent is absent, never undefined. */
export type CamelKeys<T> = { [Key in keyof T as Camel<Key>]: Exclude<T[Key], undefined> };

const camel = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Renames an object's own snake_case keys. It does not look into the values: names an operator chose, such as those
 * of groups, are keys of a record inside and stay as they are. Keys whose value is undefined are left out.
 */
export const camelKeys = <T extends object>(object: T): CamelKeys<T> =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]: [string, unknown]) => [camel(key), value]),
  ) as CamelKeys<T>;

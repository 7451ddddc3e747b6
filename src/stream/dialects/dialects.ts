import { availability } from './availability.ts';
import type { Dialect, Format } from './dialect.ts';
import { json } from './json-object.ts';
import { cbor } from './cbor.ts';
import { influx } from './influx.ts';
import { senml } from './senml.ts';
import { sparkplug } from './sparkplug.ts';
import { scalar } from './scalar.ts';

/**
 * All dialects, in the order in which they are asked: those that know their topics, those that know their content, and at the end
 * the one that takes every payload.
 */
export const DIALECTS: readonly Dialect[] = [
  // by topic
  sparkplug,
  availability,
  // by content
  senml,
  cbor,
  json,
  influx,
  scalar,
];

/** The dialect of a message: the first whose topic and content fit. */
export function recognise(topic: string, payload: Uint8Array): Dialect {
  for (const dialect of DIALECTS) {
    const { claims, sniffs } = dialect;
    if (claims !== undefined && !claims(topic)) continue;
    if (sniffs !== undefined && !sniffs(payload)) continue;
    return dialect;
  }
  return scalar;
}

/** The dialect with a name of FORMATS; null for one that is not built yet. */
export const dialectNamed = (name: Format): Dialect | null => DIALECTS.find((dialect) => dialect.name === name) ?? null;

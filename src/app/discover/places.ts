import { parseTime } from '../../stream/time/event-time.ts';
import { parseNumber } from '../../stream/values/number.ts';
import type { TimeZone } from '../../stream/time/time-zone.ts';

/** Where a number stands in its payload: what a field of the site file needs to name it. */
export interface Place {
  /** From the payload inwards; empty where the payload is the number. */
  readonly keys: readonly string[];
  /** Path of the time of the number, as the format reads it; null where there is none near the time of arrival. */
  readonly time: string | null;
  /** The time has no zone. */
  readonly localTime: boolean;
}

interface Leaf {
  readonly keys: readonly string[];
  /** The keys with a dot between. */
  readonly joined: string;
  readonly value: unknown;
}

const MAX_LEAVES = 256;
const MAX_DEPTH = 6;
/** A time further away is not that of the reading, or the clock of the device is wrong. */
const NEAR_MS = 5 * 60_000;

/** The members of one JSON payload. Elements of lists have no place that stays the same. */
export class Places {
  private readonly leaves: Leaf[] = [];
  private readonly zone: TimeZone;
  private readonly receivedAt: number;

  constructor(document: unknown, zone: TimeZone, receivedAt: number) {
    this.zone = zone;
    this.receivedAt = receivedAt;
    this.collect([], document);
  }

  /**
   * The member with this value whose keys end with the words of the signal, or the other way round: a format leaves out the keys
   * around its values, or adds a word of the topic. Null where there is none.
   */
  find(signal: string, value: number, at: number | null): Place | null {
    const words = `.${signal}`;
    const found = this.leaves.find(
      (leaf) =>
        (leaf.joined === signal || `.${leaf.joined}`.endsWith(words) || words.endsWith(`.${leaf.joined}`)) &&
        parseNumber(leaf.value) === value,
    );
    return found === undefined ? null : { keys: found.keys, ...this.timeOf(at) };
  }

  private timeOf(at: number | null): Pick<Place, 'time' | 'localTime'> {
    if (at === null || Math.abs(at - this.receivedAt) > NEAR_MS) return { time: null, localTime: false };
    const found = this.leaves.find(({ value }) => parseTime(value, this.zone, this.receivedAt) === at);
    if (found === undefined) return { time: null, localTime: false };
    return {
      time: pathOf(found.keys),
      localTime: parseTime(found.value, null, this.receivedAt) === 'time_without_zone',
    };
  }

  private collect(keys: readonly string[], value: unknown): void {
    if (this.leaves.length >= MAX_LEAVES || keys.length > MAX_DEPTH || Array.isArray(value)) return;
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) this.collect([...keys, key], inner);
    else this.leaves.push({ keys, joined: keys.join('.'), value });
  }
}

/** Keys as a JSON path, as `compilePath` reads it. */
export const pathOf = (keys: readonly string[]): string =>
  keys
    .map((key, i) =>
      /^[^.[\]"'$:\s][^.[\]"':]*$/.test(key) ? `${i > 0 ? '.' : ''}${key}` : `[${JSON.stringify(key)}]`,
    )
    .join('');

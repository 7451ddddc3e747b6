import { Random } from '../../../src/math/random.ts';
import type { Recording, RecordingRow } from '../../../src/io/files/recording.ts';
import { MINUTE_MS, START_AT } from '../../room-temperature.ts';

/** A recording without a file: one reading a minute of each column. */
export function recordingOf(columns: Readonly<Record<string, readonly number[]>>): Recording {
  const values = Object.keys(columns);
  const rows = Math.max(...Object.values(columns).map((column) => column.length));
  async function* read(): AsyncGenerator<RecordingRow, void, undefined> {
    for (let i = 0; i < rows; i++)
      yield await Promise.resolve({
        at: START_AT + i * MINUTE_MS,
        time: new Date(START_AT + i * MINUTE_MS).toISOString(),
        values: Float64Array.from(values, (name) => columns[name][i]),
        label: false,
        row: i + 1,
      });
  }
  const counts = { rows, notes: [], bytesTotal: rows, bytesRead: rows, skippedRows: 0, unreadableCells: 0 };
  return { time: 'time', values, label: null, labels: [], labelText: null, ...counts, [Symbol.asyncIterator]: read };
}

/**
 * A valve that opens and closes in a rhythm of eleven minutes, twice for two minutes and once for one: whether it moves now depends on
 * when it last did, which no density of steps can predict. Noise of 2 % of its stroke.
 */
export function rhythm(count: number, seed = 1): readonly number[] {
  const random = new Random(seed);
  const beats = [1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0];
  return Array.from({ length: count }, (_, i) => 10 * beats[i % beats.length] + 0.2 * random.normal());
}

/** Values that have nothing to do with each other: there is nothing to learn but how they are spread. */
export function noise(count: number, seed = 1): readonly number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => 20 + random.normal());
}

/** A walk whose every step is chance. */
export function wander(count: number, seed = 1): readonly number[] {
  let place = 20;
  return noise(count, seed).map((step) => (place += step - 20));
}

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { parseTime } from '../../stream/time/event-time.ts';

/** From and to, epoch ms, both included. */
export type TimeWindow = readonly [from: number, to: number];

const time = z.union([z.string(), z.number()]).transform((value, context) => {
  const at = parseTime(value, (wall) => wall);
  if (typeof at === 'number') return at;
  context.addIssue(`${String(value)} is no time`);
  return z.NEVER;
});
const schema = z.record(z.string(), z.array(z.tuple([time, time])));

/**
 * Reads the windows in which recordings are anomalous, in the form of NAB's `combined_windows.json`: from the end of a
 * recording's path to a list of [from, to]. Times without an offset are UTC. Throws `recording_unreadable`.
 */
export function readLabelWindows(path: string): ReadonlyMap<string, readonly TimeWindow[]> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('recording_unreadable', `${path} cannot be read; is it there?`, { cause });
  }
  try {
    const read = schema.parse(JSON.parse(text));
    return new Map(Object.entries(read).map(([file, windows]) => [file, windows.sort(([a], [b]) => a - b)]));
  } catch (cause) {
    const form = '{"folder/file.csv": [["2024-01-01 00:00:00", "2024-01-01 06:00:00"]]}';
    throw new AppError('recording_unreadable', `${path} has no windows: expected JSON such as ${form}`, { cause });
  }
}

/** The windows of a recording: those whose name its path ends with; null where there is none. */
export function windowsFor(
  path: string,
  windows: ReadonlyMap<string, readonly TimeWindow[]>,
): readonly TimeWindow[] | null {
  const whole = `/${path.replaceAll('\\', '/')}`;
  for (const [name, found] of windows) if (whole.endsWith(`/${name}`)) return found;
  return null;
}

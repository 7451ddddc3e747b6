import type { HistoryBody, StreamEvent } from '../../../app/dashboard/contract/stream.ts';

type Numbers = (number | null | undefined)[];

/** Columns for the charts: time in ms, ascending. A row of nulls is a gap. */
export interface Columns {
  readonly at: number[];
  readonly mean: Numbers;
  readonly min: Numbers;
  readonly max: Numbers;
  readonly expected: Numbers;
  readonly lower: Numbers;
  /** Ends of the gap between two intervals; where there is one interval, both are its middle. */
  readonly gapFrom: Numbers;
  readonly gapTo: Numbers;
  readonly upper: Numbers;
  readonly score: Numbers;
  readonly network: Numbers;
  readonly baseline: Numbers;
  readonly kind: Numbers;
  /** Whether a band of two intervals is among them. */
  readonly twoIntervals: boolean;
}

/** Times the usual distance of two buckets: a longer one is a pause, and no line is drawn over it. */
const PAUSE = 3.5;

type Names = Exclude<keyof Columns, 'at' | 'twoIntervals'>;
const NAMES: readonly Names[] = [
  ...([
    'mean',
    'min',
    'max',
    'expected',
    'lower',
    'gapFrom',
    'gapTo',
    'upper',
    'score',
    'network',
    'baseline',
    'kind',
  ] as const),
];

/** The readings that came while the page is open. */
export type Recent = Pick<StreamEvent, 'at' | 'value' | 'expected' | 'lower' | 'upper' | 'gapFrom' | 'gapTo' | 'score'>;

/** A window of the history, and behind it the readings that came since it was read. */
export function columnsOf(body: HistoryBody | null, recent: Recent): Columns {
  const at: number[] = [];
  const out = Object.fromEntries(NAMES.map((name) => [name, [] as Numbers])) as Record<Names, Numbers>;
  let twoIntervals = false;
  const pauseMs = body === null ? Infinity : PAUSE * Math.max(body.bucketMs, medianStep(body.at));
  const add = (time: number, row: Readonly<Partial<Record<Names, number | null | undefined>>>): void => {
    const last = at.at(-1);
    if (last !== undefined && time <= last) return;
    if (last !== undefined && time - last > pauseMs) {
      at.push(last + 1);
      for (const name of NAMES) out[name].push(null);
    }
    at.push(time);
    for (const name of NAMES) out[name].push(row[name] ?? null);
    const gap = row.gapFrom != null && row.gapTo != null;
    twoIntervals ||= gap;
    if (gap || row.lower == null || row.upper == null) return;
    out.gapFrom[at.length - 1] = out.gapTo[at.length - 1] = (row.lower + row.upper) / 2;
  };
  const half = (body?.bucketMs ?? 0) / 2;
  body?.at.forEach((begin, k) => {
    const { columns } = body;
    // The present bucket goes on: it stands before the readings that are not in it.
    add(Math.min(begin + half, body.now), {
      mean: columns.mean[k],
      min: columns.min[k],
      max: columns.max[k],
      expected: columns.expected[k],
      lower: columns.lower[k],
      upper: columns.upper[k],
      gapFrom: columns.gapFrom[k],
      gapTo: columns.gapTo[k],
      score: columns.score[k],
      network: columns.networkLoss[k],
      baseline: columns.baselineLoss[k],
      kind: columns.kind[k],
    });
  });
  // Those that came before the window was read are in it; one that does not reach to the present has no place for them.
  const end = body?.now ?? -Infinity;
  const until = body?.until ?? Infinity;
  recent.at.forEach((time, k) => {
    if (time <= end || time >= until) return;
    const value = recent.value[k];
    const { expected, lower, upper, gapFrom, gapTo, score } = recent;
    add(time, {
      ...{ mean: value, min: value, max: value, expected: expected[k], lower: lower[k], upper: upper[k] },
      ...{ gapFrom: gapFrom[k], gapTo: gapTo[k], score: score[k] },
    });
  });
  return { at, ...out, twoIntervals };
}

function medianStep(at: readonly number[]): number {
  const steps = at.slice(1, 200).map((time, k) => time - at[k]);
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
}

/** The first place whose time is not before `time`. */
export function placeOf(at: readonly number[], time: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Least and greatest of some columns in the places [from, until). */
export function extent(columns: readonly Numbers[], from: number, until: number): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns)
    for (let k = from; k < until; k++) {
      const x = column[k];
      if (x == null) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
  return [low, high];
}

/** The height of the value chart: all values, and of the band as much as leaves the values half of the height. */
export function valueRange(columns: Columns, from: number, until: number): readonly [number, number] {
  const [low, high] = extent([columns.min, columns.max, columns.expected], from, until);
  if (low > high) return [0, 1];
  const [lower, upper] = extent([columns.lower, columns.upper], from, until);
  // A series that does not move has a height too, and one with the noise of single precision no more than that.
  const room = high === low ? Math.max(1, 0.1 * Math.abs(high)) : Math.max(high - low, 1e-6 * Math.abs(high), 1e-9);
  const bottom = Math.max(Math.min(low, lower), low - room / 2);
  const top = Math.min(Math.max(high, upper), high + room / 2);
  const margin = Math.max(0.06 * (top - bottom), (room - (top - bottom)) / 2);
  return [bottom - margin, top + margin];
}

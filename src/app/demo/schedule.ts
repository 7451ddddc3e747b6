import { Random } from '../../math/random.ts';
import { MINUTE_MS } from '../../math/time.ts';
import type { Fault, FaultKind } from './faults.ts';
import { FAULT_KINDS } from './faults.ts';
import type { Series } from './plant.ts';
import { SERIES } from './plant.ts';

const HOUR = 60;
const DAY = 24 * HOUR;

interface Plan {
  /** Series for which the kind makes sense. */
  readonly series: readonly Series[];
  /** Shortest and longest, in readings. */
  readonly minutes: readonly [number, number];
  /** Smallest and largest `Fault.size`. */
  readonly size: readonly [number, number];
}

/**
 * The faults, of a size that a maintenance engineer wants to see reported:
 *
 *   spike             5 to 8 spreads for one or two readings: a loose contact
 *   level-shift       2 to 3 spreads for 3 to 6 h: a broken blade, a rubbing ring, a leak
 *   slow-drift        0 to 2-3 spreads over 24 to 36 h: a dry bearing, a creeping transmitter; then repaired
 *   stuck             2 to 4 h at the last value: a frozen transmitter
 *   dropout           1 to 2 h without readings: a flat battery, a cut cable
 *   noise-burst       6 to 10 times the instrument's noise for 40 to 90 min: bad shielding
 *   lost-correlation  3 to 5 h of other values, each normal by itself: a line wired to the wrong channel
 */
const PLANS: Readonly<Record<FaultKind, Plan>> = {
  spike: { series: SERIES, minutes: [1, 2], size: [5, 8] },
  'level-shift': { series: ['vibration', 'current', 'pressure'], minutes: [3 * HOUR, 6 * HOUR], size: [2, 3] },
  'slow-drift': {
    series: ['bearing-temperature', 'pressure', 'vibration'],
    minutes: [24 * HOUR, 36 * HOUR],
    size: [2, 3],
  },
  stuck: { series: SERIES, minutes: [2 * HOUR, 4 * HOUR], size: [0, 0] },
  dropout: { series: SERIES, minutes: [1 * HOUR, 2 * HOUR], size: [0, 0] },
  'noise-burst': { series: SERIES, minutes: [40, 90], size: [6, 10] },
  'lost-correlation': { series: ['flow', 'current', 'pressure'], minutes: [3 * HOUR, 5 * HOUR], size: [0, 0] },
};

/** Readings from the end of warm-up to the first fault; from a fault's end to the next fault. */
const FIRST: readonly [number, number] = [1 * HOUR, 6 * HOUR];
const CALM: readonly [number, number] = [30 * HOUR, 50 * HOUR];

/**
 * The next time between 23:00 and 07:00, when lost correlation begins. By day its course and the true one can be alike
 * for an hour or two; from there they differ by more than 0.8 spreads (rms over the window) in 95 of 100 cases.
 */
const nightStart = (random: Random, earliest: number): number => {
  const minute = (23 * HOUR + random.below(8 * HOUR)) % DAY;
  const wait = (minute - (Math.floor(earliest / MINUTE_MS) % DAY) + DAY) % DAY;
  return earliest + wait * MINUTE_MS;
};

/** A fault lowers pressure (a leak) and raises all other series. */
const falls = (kind: FaultKind, series: Series): boolean =>
  series === 'pressure' && (kind === 'level-shift' || kind === 'slow-drift');

/** Easy to see on a chart. */
const isPlain = (kind: FaultKind): boolean => kind === 'spike' || kind === 'level-shift';

const between = (random: Random, [low, high]: readonly [number, number]): number => low + random.below(high - low + 1);

/** A copy in random order (Fisher & Yates). */
const shuffled = <T>(random: Random, items: readonly T[]): T[] => {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
};

/** Of the series where the kind makes sense, save that of its last time: one with the fewest faults so far. */
const nextSeries = (random: Random, kind: FaultKind, faults: readonly Fault[]): Series => {
  const before = faults.findLast((fault) => fault.kind === kind)?.series;
  const burden = (series: Series): number => faults.filter((fault) => fault.series === series).length;
  const candidates = PLANS[kind].series.filter((series) => series !== before);
  return shuffled(random, candidates).reduce((a, b) => (burden(b) < burden(a) ? b : a));
};

/**
 * The faults of a run from `startAt` (epoch ms) over `days`, in order, none before `warmupDays` have passed.
 *
 * Each round has all seven kinds once, in an order and on series that the seed chooses; the next round takes other
 * series, and no series is spared. The first of all is a spike or a level shift within 6 h, so that a viewer does not wait long. At least 30 h of calm
 * lie between two faults; a round takes at most 17 days. A fault that the run would cut short is left out.
 * Throws a RangeError when `days` is not finite.
 */
export const schedule = (seed: number, startAt: number, days: number, warmupDays: number): readonly Fault[] => {
  if (!Number.isFinite(days)) throw new RangeError(`schedule: ${days} days have no end`);
  const random = new Random(seed);
  const endOfRun = startAt + days * DAY * MINUTE_MS;
  const faults: Fault[] = [];
  let at = startAt + Math.round(warmupDays * DAY) * MINUTE_MS + between(random, FIRST) * MINUTE_MS;

  for (let round = 0; ; round++) {
    const kinds = shuffled(random, FAULT_KINDS);
    if (round === 0) kinds.unshift(...kinds.splice(kinds.findIndex(isPlain), 1));

    for (const kind of kinds) {
      const { minutes, size } = PLANS[kind];
      const series = nextSeries(random, kind, faults);
      if (kind === 'lost-correlation') at = nightStart(random, at);
      const endAt = at + between(random, minutes) * MINUTE_MS;
      if (endAt > endOfRun) return faults;
      const magnitude = size[0] + (size[1] - size[0]) * random.uniform();
      faults.push({ kind, series, at, endAt, size: falls(kind, series) ? -magnitude : magnitude });
      at = endAt + between(random, CALM) * MINUTE_MS;
    }
  }
};

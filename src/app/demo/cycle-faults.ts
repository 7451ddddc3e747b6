import { Random } from '../../math/random.ts';
import { MINUTE_MS } from '../../math/time.ts';
import type { CycleSeries } from './cycles.ts';

const HOUR = 60;
const DAY = 24 * HOUR;

/** The faults of the machines that switch, and the news that one of them has begun to. */
export const CYCLE_FAULT_KINDS = ['new-habit', 'missed-strokes', 'long-run'] as const;
export type CycleFaultKind = (typeof CYCLE_FAULT_KINDS)[number];

/** In turn, after the habits have become normal. */
const IN_TURN = ['missed-strokes', 'long-run'] as const;

/** One fault of a machine that switches. Every reading in it is normal by itself: the fault is when the readings come. */
export interface CycleFault {
  readonly kind: CycleFaultKind;
  readonly series: CycleSeries;
  /** The first affected reading, epoch ms. */
  readonly at: number;
  /** The first healthy reading after it, epoch ms. */
  readonly endAt: number;
}

interface Plan {
  readonly series: CycleSeries;
  /** Shortest and longest, minutes. */
  readonly minutes: readonly [number, number];
}

/**
 *   new-habit       drains are connected to the sump: its first strokes are news for a day, and then they are normal
 *   missed-strokes  the inlet of the sump is blocked for 12 to 16 h: four or five strokes do not come
 *   long-run        the motor is left in manual for 3 to 5 h: it usually runs for less than half an hour
 */
const PLANS: Readonly<Record<CycleFaultKind, Plan>> = {
  'new-habit': { series: 'sump-level', minutes: [DAY, DAY] },
  'missed-strokes': { series: 'sump-level', minutes: [12 * HOUR, 16 * HOUR] },
  'long-run': { series: 'fill-pump-power', minutes: [3 * HOUR, 5 * HOUR] },
};

/** From the end of the warm-up to the new habit; from there to the first fault; from a fault's end to the next. */
const HABIT: readonly [number, number] = [DAY, DAY + 12 * HOUR];
const FIRST: readonly [number, number] = [5 * DAY, 6 * DAY];
const CALM: readonly [number, number] = [2 * DAY, 3 * DAY];

const between = (random: Random, [low, high]: readonly [number, number]): number => low + random.below(high - low + 1);

/**
 * What happens to the machines that switch, from `startAt` (epoch ms) over `days`: a new habit within 36 h of the warm-up, and the
 * faults in turn from five days later on, by when some 35 strokes have come. They do not depend on the faults of the pump
 * (schedule.ts): a fault of the one machine may come during one of another. A fault that the run would cut short is left out.
 * Throws a RangeError when `days` is not finite.
 */
export const cycleSchedule = (
  seed: number,
  startAt: number,
  days: number,
  warmupDays: number,
): readonly CycleFault[] => {
  if (!Number.isFinite(days)) throw new RangeError(`schedule: ${days} days have no end`);
  const random = new Random(seed);
  const endOfRun = startAt + days * DAY * MINUTE_MS;
  const faults: CycleFault[] = [];
  /** Returns the end of the fault, or null where the run ends before it. */
  const add = (kind: CycleFaultKind, at: number): number | null => {
    const { series, minutes } = PLANS[kind];
    const endAt = at + between(random, minutes) * MINUTE_MS;
    if (endAt > endOfRun) return null;
    faults.push({ kind, series, at, endAt });
    return endAt;
  };

  const habitAt = startAt + (Math.round(warmupDays * DAY) + between(random, HABIT)) * MINUTE_MS;
  add('new-habit', habitAt);
  let at = habitAt + between(random, FIRST) * MINUTE_MS;
  for (let i = random.below(IN_TURN.length); ; i++) {
    const endAt = add(IN_TURN[i % IN_TURN.length], at);
    if (endAt === null) return faults;
    at = endAt + between(random, CALM) * MINUTE_MS;
  }
};

import { square } from '../../math/elementary.ts';
import type { Random } from '../../math/random.ts';
import { MINUTE_MS } from '../../math/time.ts';
import type { Series } from './plant.ts';
import { INSTRUMENTS, shown } from './plant.ts';

export const FAULT_KINDS = [
  'spike',
  'level-shift',
  'slow-drift',
  'stuck',
  'dropout',
  'noise-burst',
  'lost-correlation',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault of one series: the ground truth for the detector. */
export interface Fault {
  readonly kind: FaultKind;
  readonly series: Series;
  /** The first affected reading, epoch ms. */
  readonly at: number;
  /** The first healthy reading after it, epoch ms. */
  readonly endAt: number;
  /**
   * Spreads (signed) for `spike`, `level-shift` and, at its end, `slow-drift`; times the instrument's own noise for
   * `noise-burst`; 0 for the kinds that have no size.
   */
  readonly size: number;
}

/**
 * A series' usual variability: its standard deviation over weeks of healthy running, daily course included.
 * So 2.5 spreads of vibration are 0.5 mm/s on a mean of 0.83: a broken blade adds some 60 %.
 */
export const SPREAD: Readonly<Record<Series, number>> = {
  vibration: 0.2,
  current: 8.1,
  pressure: 0.44,
  flow: 45,
  'bearing-temperature': 5.8,
};

/** A series with lost correlation repeats its values from this long ago; the hour of the day differs from now. */
export const ELSEWHERE_MINUTES = 7 * 60;

/** Lost correlation begins and ends gradually over this time, so that no single step reveals it. */
const BLEND_MS = 40 * MINUTE_MS;

/** The input of a faulty transmitter, apart from the true reading. */
export interface Moment {
  readonly at: number;
  /** The value that it sent last. */
  readonly last: number;
  /** The healthy value `ELSEWHERE_MINUTES` ago. */
  readonly earlier: number;
  readonly random: Random;
}

const smooth = (x: number): number => x * x * (3 - 2 * x);

const TRANSFORMS: Readonly<Record<FaultKind, (value: number, fault: Fault, moment: Moment) => number | null>> = {
  spike: (value, { size, series }) => value + size * SPREAD[series],

  'level-shift': (value, { size, series }) => value + size * SPREAD[series],

  'slow-drift': (value, { size, series, at, endAt }, moment) =>
    value + size * SPREAD[series] * ((moment.at - at) / (endAt - at)),

  stuck: (_value, _fault, { last }) => last,

  dropout: () => null,

  // The reading carries its own noise already: variances add, so size^2 - 1 are missing.
  'noise-burst': (value, { size, series }, { random }) =>
    value + Math.sqrt(square(size) - 1) * INSTRUMENTS[series].noise * random.normal(),

  'lost-correlation': (value, { at, endAt }, moment) => {
    const share = smooth(Math.min(1, (moment.at - at) / BLEND_MS, (endAt - moment.at) / BLEND_MS));
    return value + share * (moment.earlier - value);
  },
};

/** The value that a faulty transmitter sends instead of a healthy reading; null when it sends none. Call within its window only. */
export const distort = (value: number, fault: Fault, moment: Moment): number | null => {
  const sent = TRANSFORMS[fault.kind](value, fault, moment);
  return sent === null ? null : shown(fault.series, sent);
};

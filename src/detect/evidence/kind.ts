import type { Alternatives } from '../forecast/alternatives.ts';

/** The kinds of evidence, in the order in which weighted sums add them and snapshots number them. */
export const EVIDENCE_KINDS = [
  'extreme',
  'level',
  'forecast_error',
  'jump',
  'flatline',
  'flatline_exit',
  'sequence',
  'volatility',
  'correlation',
  'mean_shift',
  'duration',
  'occupancy',
  'cycle',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Weight of a kind in each of three ways to an alarm (score.ts). A weighted sum equal to the alarm threshold gives a score of 1. */
export interface Weights {
  readonly collective: number;
  readonly point: number;
  readonly contextual: number;
}

/** One reading of a series, as the kinds of evidence receive it. Values are in the unit of the series unless noted. */
export interface SeriesReading {
  readonly value: number;
  /** Time of the reading, epoch ms, and the share of the local day that is over, in [0, 1). */
  readonly at: number;
  readonly day: number;
  /** Whether it is a Saturday, a Sunday or a holiday. */
  readonly restDay: boolean;
  /** Readings before this one. */
  readonly readings: number;
  /** Readings in the long memory: those of a week, and at least 2,000. */
  readonly span: number;
  /** The reading before; meaningless where `comparable` is false. */
  readonly last: number;
  /** Whether the difference from the reading before is meaningful: not after a fault or a pause. */
  readonly comparable: boolean;
  /** Difference from the reading before; 0 where they cannot be compared. */
  readonly change: number;
  /** Whether the value equals the one before. */
  readonly repeats: boolean;
  /** The value on the compressed axis (math/bins.ts). */
  readonly level: number;
  /** Long-run mean, deviation of all values, and deviation of all steps. */
  readonly mean: number;
  readonly deviation: number;
  readonly stepDeviation: number;
  /** Median of the forecast, and its loss, nats: that of the network and the baseline in their shares. */
  readonly expected: number;
  readonly loss: number;
  /** The step under the forecast that is used, and under alternatives to it. */
  readonly alternatives: Alternatives;
  /** Residual against the other series of the group, in deviations; 0 in a group of one. */
  readonly residual: number;
  /** The value that the other series suggest; NaN in a group of one. */
  readonly fitted: number;
}

/** The numbers of an alert's sentence; `detail` and `usual` are the results of the kind. NaN where a number does not apply. */
export interface SentenceNumbers {
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Where the band is two intervals, the values between them. */
  readonly gapFrom: number;
  readonly gapTo: number;
  readonly detail: number;
  readonly usual: number;
  /** Which of several sentences of the kind applies; 0 where there is one. */
  readonly aspect: number;
}

/** Writes numbers in as many digits as the sentence needs. */
export interface NumberFormat {
  readonly number: (x: number) => string;
  /** With the unit of the series. */
  readonly quantity: (x: number) => string;
  /** In four digits. */
  readonly ratio: (x: number) => string;
  /** Milliseconds in words: 25 min. */
  readonly duration: (ms: number) => string;
}

/** The part of a kind that is the same for all series. */
export interface Kind {
  readonly name: EvidenceKind;
  readonly weights: Weights;
  /** Whether a deviation of this kind has a direction, so that the option `only` can ask for one of them. */
  readonly directed: boolean;
  /** The difference that the sentence must show: from the value to its detail, or across the forecast's band. */
  readonly compares: 'detail' | 'band';
  /** One plain sentence without its end. `name` is the name of the series. */
  readonly sentence: (name: string, numbers: SentenceNumbers, format: NumberFormat) => string;
}

/** The rarity of a reading for which the question of a kind makes no sense. */
export const NOT_APPLICABLE = -Infinity;

/**
 * One kind of evidence about one series: one question, and the history that answers it.
 *
 * Order of calls for each reading: `measure`, `learn`; between them `deviation` may be asked, and `reference` and `detail` until
 * the next `measure`. There is one call to measure instead of one for each question, because a call of one of thirteen objects costs some 10 ns.
 */
export interface Evidence {
  readonly kind: Kind;
  /** Measures the reading. Returns how rare that is for this series, -log10 P, or NOT_APPLICABLE. The history stays as it is. */
  measure(reading: SeriesReading): number;
  /** The deviation whose sign is its direction; 0 where the kind has none. Only the sign is comparable between kinds. */
  deviation(reading: SeriesReading): number;
  /**
   * Adds the measured quantity to the history. `teaches`: whether the detector may learn from the reading. `normal`: whether it
   * may also change which steps are usual.
   */
  learn(reading: SeriesReading, teaches: boolean, normal: boolean): void;
  /** The value from which `min_deviation` measures. */
  reference(reading: SeriesReading): number;
  /** The number that the sentence needs besides value and forecast; NaN where it needs none. */
  detail(reading: SeriesReading): number;
  /** The usual value of `detail`, where the sentence contains it. */
  usual?(reading: SeriesReading): number;
  /** Which of several sentences applies. */
  aspect?(): number;
  /** Duration of the present state over the longest so far; 1 where it is not late. */
  overdue?(): number;
}

/** The forecast's band: 3.2 to 3.4 bar; or, where it is two intervals, 0.4 or 80 to 84 W. */
export function bandOf({ lower, gapFrom, gapTo, upper }: SentenceNumbers, { number, quantity }: NumberFormat): string {
  if (Number.isNaN(gapFrom)) return `${number(lower)} to ${quantity(upper)}`;
  const interval = (from: number, to: number, write: (x: number) => string): string =>
    number(from) === number(to) ? write(to) : `${number(from)} to ${write(to)}`;
  return `${interval(lower, gapFrom, number)} or ${interval(gapTo, upper, quantity)}`;
}

/**
 * Sentence of the two kinds that name a step: the reading against the forecast and its band. `detail` is the step. A series that stands
 * where a step was expected has not jumped.
 */
export const jumpedTo: Kind['sentence'] = (name, numbers, format) => {
  const stood = Math.abs(numbers.detail) < 0.5 * Math.abs(numbers.value - numbers.expected);
  return (
    `${name} ${stood ? 'reads' : 'jumped to'} ${format.quantity(numbers.value)}; ${format.quantity(numbers.expected)} was expected, ` +
    `usually ${bandOf(numbers, format)}`
  );
};

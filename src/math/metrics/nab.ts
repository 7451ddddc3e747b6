import { exp } from '../elementary.ts';
import type { Run } from './runs.ts';

/**
 * The score of the Numenta Anomaly Benchmark: early is better than late, and false alarms cost.
 *
 *   σ(y) = 2 / (1 + e^{5 y}) - 1, and -1 for y > 3                        (1)
 *
 * In a window of rows a..b only the best detection counts, the earliest, which earns A_TP σ(-(b - i + 1) / (b - a + 1)) / σ(-1): 1 at
 * its first row, near 0 at its last (2). A detection outside costs A_FP |σ((i - b) / (b - a))| by the distance to the window
 * before it, and A_FP before the first (3). A window without detection costs A_FN. The first 15 % of the rows, at most 750, are
 * not scored (4). The result is on a scale from 0 for no detection at all to 100 for a detection in the first row of every
 * window and no false alarm (5).
 *
 * A. Lavin, S. Ahmad, "Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly Benchmark", ICMLA 2015; profiles
 * and the division by σ(-1) as in NAB 1.1.
 */
export const NAB_PROFILES = {
  standard: { tp: 1, fp: 0.11, fn: 1 },
  lowFp: { tp: 1, fp: 0.22, fn: 1 },
  lowFn: { tp: 1, fp: 0.11, fn: 2 },
} as const;

export type NabProfile = keyof typeof NAB_PROFILES;

/** Sums for the detections in one file, before the weights of a profile. */
export interface NabTally {
  readonly windows: number;
  /** Windows with at least one scored row: only these can be missed. */
  readonly scorable: number;
  readonly hits: number;
  /** Sums of (2) and of (3), the latter not positive. */
  readonly earned: number;
  readonly spoilt: number;
}

const sigmoid = (y: number): number => (y > 3 ? -1 : 2 / (1 + exp(5 * y)) - 1); // (1)

/** Rows at the beginning that are not scored (4). */
export const probation = (rows: number): number => Math.min(Math.floor(0.15 * rows), 750);

/** Counts detections, given as rows in order, of a file with this number of rows and these windows. */
export function tallyNab(rows: number, windows: readonly Run[], detections: readonly number[]): NabTally {
  const start = probation(rows);
  const scored = detections.filter((row) => row >= start);
  let hits = 0;
  let earned = 0;
  let spoilt = 0;
  let w = -1; // the last window that has begun
  let hit = -1; // the last window that was hit
  for (const i of scored) {
    while (w + 1 < windows.length && windows[w + 1][0] <= i) w++;
    if (w < 0)
      spoilt--; // (3)
    else {
      const [a, b] = windows[w];
      if (i > b)
        spoilt += sigmoid((i - b) / Math.max(1, b - a)); // (3)
      else if (w !== hit) {
        earned += sigmoid(-(b - i + 1) / (b - a + 1)) / sigmoid(-1); // (2)
        hits++;
        hit = w;
      }
    }
  }
  return { windows: windows.length, scorable: windows.filter(([, b]) => b >= start).length, hits, earned, spoilt };
}

/** The score of one file, or of several together (5); NaN when there is no scored window. */
export function nabScore(tallies: readonly NabTally[], profile: NabProfile): number {
  const { tp, fp, fn } = NAB_PROFILES[profile];
  const sum = (of: (tally: NabTally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  const raw = sum(({ scorable, hits, earned, spoilt }) => tp * earned - fn * (scorable - hits) + fp * spoilt);
  const nothing = -fn * sum(({ scorable }) => scorable);
  const perfect = tp * sum(({ windows }) => windows);
  return perfect > nothing ? (100 * (raw - nothing)) / (perfect - nothing) : NaN;
}

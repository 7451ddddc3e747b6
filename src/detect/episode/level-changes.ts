import { perSeries, type Memory } from '../../math/memory.ts';
import { SHORT_SPAN } from '../evidence/mean-shift.ts';

/** So far is a move: less than a shift is (mean-shift.ts), as the episode is an alarm already. */
const Z_LIMIT = 5;
/** A mean that creeps on is followed over so many readings, and so is no move. */
const FOLLOW_SPAN = 200;
/** After the k-th move a series has 10 2^k readings to settle: an episode of n readings tells of log2(n / 10) moves at most. */
const SETTLING = 10;

// Slots; then of each series the two readings before, the mean of late, and the mean that it may move from.
const READINGS = 0; // readings since the episode opened or a move was told
const COUNT = 1; // moves of the episode
const HEAD = 2;
const EACH = 4;
const OLDER = 1;
const MEAN = 2;
const FROM = 3;

/** The median of three, which math/median.ts would sort in an array of its own with each reading. */
const medianOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
/** `b` in the share `w`, `a` in the rest; two finite numbers have a finite one between them. */
const mix = (a: number, b: number, w: number): number => (1 - w) * a + w * b;

/**
 * Has what is odd moved on? An open episode is not opened again, so a fault that goes over into another, or a pump that is half
 * mended, would be no news. A series has moved when
 *
 *   |EW10(x) - b| > 5 s
 *
 * with b what the mean was when the series had settled after the opening or the last move, and s the deviation of such means
 * while all was well (mean-shift.ts). Of three readings in a row the median counts, so that one of garbage moves nothing. A slow
 * change is told in its beginning and in its end, as the change points of a test rig are labelled.
 */
export class LevelChanges {
  /** Of the last move: what the mean of the series was, and is. In the unit of the series. */
  from = NaN;
  to = NaN;
  private readonly s: Float64Array;
  private readonly series: readonly { readonly value: number; readonly meanSpread: number }[];
  private readonly matters: (d: number, by: number, from: number) => boolean;

  /** `matters`: whether it is news that series d has moved so far from there. */
  constructor(memory: Pick<Memory, 'take'>, series: LevelChanges['series'], matters: LevelChanges['matters']) {
    this.series = series;
    this.matters = matters;
    this.s = memory.take('level_changes', HEAD + EACH * series.length, perSeries(HEAD)).fill(NaN, HEAD);
  }

  /** Moves told since the episode opened. */
  get count(): number {
    return this.s[COUNT];
  }

  /** An episode has opened: what is now is where it may move from. */
  begin(): void {
    this.s[COUNT] = this.s[READINGS] = 0;
  }

  /** Takes in a sample. Index of the series that has moved furthest, where that is news (`tells`), else -1. */
  step(tells: boolean): number {
    const { s, series } = this;
    const since = ++s[READINGS];
    const settled = since > SETTLING * 2 ** s[COUNT];
    let moved = -1;
    let furthest = Z_LIMIT;
    for (let d = 0, k = HEAD; d < series.length; d++, k += EACH) {
      const { value, meanSpread } = series[d];
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(s[k])) s.fill(value, k, k + EACH);
      const late = mix(s[k + MEAN], medianOfThree(value, s[k], s[k + OLDER]), Math.max(1 / since, 1 / SHORT_SPAN));
      s[k + OLDER] = s[k];
      s[k] = value;
      s[k + MEAN] = late;
      s[k + FROM] = mix(s[k + FROM], late, settled ? 1 / FOLLOW_SPAN : 1);
      const by = late - s[k + FROM];
      const z = Math.abs(by) / meanSpread;
      if (!(z > furthest) || !this.matters(d, by, s[k + FROM])) continue;
      furthest = z;
      moved = d;
    }
    if (!tells || moved < 0) return -1;
    this.from = s[HEAD + EACH * moved + FROM];
    this.to = s[HEAD + EACH * moved + MEAN];
    s[COUNT]++;
    s[READINGS] = 0;
    return moved;
  }
}

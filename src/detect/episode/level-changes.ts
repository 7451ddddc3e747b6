import { power2 } from '../../math/elementary.ts';
import { perSeries, type Memory } from '../../math/memory.ts';
import { SHORT_SPAN } from '../evidence/level/mean-shift.ts';

/** Limit of |z|: lower than that of a mean shift (mean-shift.ts), because the alarm is already open. */
const Z_LIMIT = 5;
/** Readings over which the reference follows the recent mean: so a slow change is no level change. */
const FOLLOW_SPAN = 200;
/**
 * After the k-th change a series has 12 2^k readings to settle: an episode of n readings has at most log2(n / 12) changes, 13 in a day at
 * a reading a second. A number and not a time, because the mean that must settle is one of twelve readings.
 */
const SETTLING = SHORT_SPAN;

// Slots; then for each series the two readings before, the recent mean, and the reference.
const READINGS = 0; // samples since the episode opened or the last change was reported
const COUNT = 1; // changes reported in the episode
const HEAD = 2;
const EACH = 4;
const OLDER = 1;
const MEAN = 2;
const REFERENCE = 3;

/** The median of three; math/median.ts would allocate and sort an array for each reading. */
const medianOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
/** (1 - w) a + w b: in this form two finite numbers have a finite result. */
const mix = (a: number, b: number, w: number): number => (1 - w) * a + w * b;

/**
 * Further level changes during an open episode. An open episode does not open again, so without this test a second fault, or a
 * pump that is half repaired, would not be published. The level of a series has changed when
 *
 *   |EW12(x) - b| > 5 s
 *
 * with b the mean of the series after it had settled from the opening or the last change, and s the deviation of such means in
 * normal operation (mean-shift.ts). x is the median of three readings in a row, so that a single outlier is no change. A slow
 * change is reported at its beginning and at its end, like the change points that are labelled in a test rig's data.
 */
export class LevelChanges {
  /** Mean of the series before and after the last change, in the unit of the series. */
  from = NaN;
  to = NaN;
  private readonly s: Float64Array;
  private readonly series: readonly { readonly value: number; readonly meanSpread: number }[];
  private readonly matters: (d: number, by: number, from: number) => boolean;

  /** `matters(d, by, from)`: whether to report that the level of series d has changed by `by` from `from`. */
  constructor(memory: Pick<Memory, 'take'>, series: LevelChanges['series'], matters: LevelChanges['matters']) {
    this.series = series;
    this.matters = matters;
    this.s = memory.take('level_changes', HEAD + EACH * series.length, perSeries(HEAD)).fill(NaN, HEAD);
  }

  /** Changes reported since the episode opened. */
  get count(): number {
    return this.s[COUNT];
  }

  /** An episode has opened: its present level becomes the reference. */
  begin(): void {
    this.s[COUNT] = this.s[READINGS] = 0;
  }

  /** Adds a sample. Returns the index of the series with the largest level change if changes are reported (`reports`), else -1. */
  step(reports: boolean): number {
    const { s, series } = this;
    const since = ++s[READINGS];
    const settled = since > SETTLING * power2(s[COUNT]);
    let changed = -1;
    let maxZ = Z_LIMIT;
    for (let d = 0, k = HEAD; d < series.length; d++, k += EACH) {
      const { value, meanSpread } = series[d];
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(s[k])) s.fill(value, k, k + EACH);
      const recent = mix(s[k + MEAN], medianOfThree(value, s[k], s[k + OLDER]), Math.max(1 / since, 1 / SHORT_SPAN));
      s[k + OLDER] = s[k];
      s[k] = value;
      s[k + MEAN] = recent;
      s[k + REFERENCE] = mix(s[k + REFERENCE], recent, settled ? 1 / FOLLOW_SPAN : 1);
      const by = recent - s[k + REFERENCE];
      const z = Math.abs(by) / meanSpread;
      if (!(z > maxZ) || !this.matters(d, by, s[k + REFERENCE])) continue;
      maxZ = z;
      changed = d;
    }
    if (!reports || changed < 0) return -1;
    this.from = s[HEAD + EACH * changed + REFERENCE];
    this.to = s[HEAD + EACH * changed + MEAN];
    s[COUNT]++;
    s[READINGS] = 0;
    return changed;
  }
}

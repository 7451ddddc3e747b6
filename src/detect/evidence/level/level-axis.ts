import { asinh, sinh } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';

/** Bins of the axis; the outermost also count everything beyond. */
export const AXIS_BINS = 64;
/** Bin centres run from -10 to 10: levels up to 11,000 scales from the median. */
const EDGE = 10;
const WIDTH = (2 * EDGE) / (AXIS_BINS - 1);
/** Values in the sample to which the axis is fitted. */
const SAMPLE = 128;
/** The scale is this many median deviations: three bins on each side of the median hold the noise of its level. */
const SCALES = 2;

// Slots of the memory.
const MEDIAN = 0;
const SCALE = 1; // 0 before the first fit
const KEPT = 2; // values in the sample
const READINGS = 3;
const STRIDE = 4;

/**
 * An axis that is fine near the usual level and coarse far from it:
 *
 *   y = asinh((x - median) / (2 median |x - median|))
 *
 * An appliance that rests at 1.1 W and works at 120 W and 2,000 W has bins of 0.1 W at rest, and of 32 % of the level from 1 W on.
 * So a rest of 31 W is a level never seen, which it is not on an axis scaled by the standard deviation of 400 W.
 *
 * The sample holds every k-th reading; when it is full, it is halved, k doubles, and the axis is fitted again.
 *
 * Memory: median, scale, size of the sample, readings, k; the sample.
 */
export class LevelAxis {
  private readonly s: Float64Array;
  private readonly sample: Float64Array;

  constructor(memory: Pieces) {
    this.s = memory.take('occupancy.axis', 5);
    this.sample = memory.take('occupancy.sample', SAMPLE);
    this.s[STRIDE] = 1;
  }

  /** Whether the axis has been fitted. */
  get fitted(): boolean {
    return this.s[SCALE] > 0;
  }

  /** The place of a value, in bins. */
  placeOf(x: number): number {
    const y = asinh((x - this.s[MEDIAN]) / this.s[SCALE]);
    return Math.max(0, Math.min(AXIS_BINS - 1, (y + EDGE) / WIDTH));
  }

  /** The bin of a value. */
  binOf(x: number): number {
    return Math.round(this.placeOf(x));
  }

  /** The value in the middle of a bin, or at a place between two. */
  valueOf(bin: number): number {
    return this.s[MEDIAN] + this.s[SCALE] * sinh(bin * WIDTH - EDGE);
  }

  /** Adds a value to the sample. Returns whether the sample is full: then the axis must be fitted. */
  add(x: number): boolean {
    const { s, sample } = this;
    if (s[READINGS]++ % s[STRIDE] !== 0) return false;
    sample[s[KEPT]++] = x;
    return s[KEPT] === SAMPLE;
  }

  /** Fits the axis to the sample, and halves the sample. */
  fit(): void {
    const { s, sample } = this;
    sorted.set(sample);
    const centre = middle(sorted.sort());
    for (let i = 0; i < SAMPLE; i++) sorted[i] = Math.abs(sample[i] - centre);
    const spread = middle(sorted.sort());
    s[MEDIAN] = centre;
    s[SCALE] = spread > 0 ? SCALES * spread : smallestOr(sorted, Math.max(1e-9, 0.01 * Math.abs(centre)));
    for (let i = 0; 2 * i < SAMPLE; i++) sample[i] = sample[2 * i];
    s[KEPT] = SAMPLE / 2;
    s[STRIDE] *= 2;
  }
}

/** Scratch of `fit`. */
const sorted = new Float64Array(SAMPLE);

const middle = (values: Float64Array): number => (values[SAMPLE / 2 - 1] + values[SAMPLE / 2]) / 2;

/** Half of the smallest number above 0 where most are 0, as for a contact; `other` where all are. */
function smallestOr(values: Float64Array, other: number): number {
  for (let i = 0; i < SAMPLE; i++) if (values[i] > 0) return values[i] / 2;
  return other;
}

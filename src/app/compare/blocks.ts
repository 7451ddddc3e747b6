import { median } from '../../math/median.ts';

/** Number of equal parts of a recording; the differences between them give the standard error of a mean. */
export const BLOCKS = 40;

/** The block of a row, 0 to BLOCKS - 1. */
export const blockOf = (row: number, rows: number): number =>
  Math.min(BLOCKS - 1, Math.floor((row * BLOCKS) / Math.max(1, rows)));

/** Sums and counts of one quantity, block by block. */
export class BlockSums {
  readonly sums = new Float64Array(BLOCKS);
  readonly counts = new Float64Array(BLOCKS);

  add(block: number, sum: number, count: number): void {
    this.sums[block] += sum;
    this.counts[block] += count;
  }

  /** Mean from block `from` on; NaN without values. */
  mean(from = 0): number {
    const total = (of: Float64Array): number => of.subarray(from).reduce((sum, x) => sum + x, 0);
    return total(this.sums) / total(this.counts);
  }

  /** Mean of each block, NaN for a block without values. */
  get means(): Float64Array {
    return this.sums.map((sum, k) => sum / this.counts[k]);
  }

  /** Median of the blocks' means, which is robust against a few unusual blocks; NaN without values. */
  get median(): number {
    return median(this.means.filter((mean) => !Number.isNaN(mean)));
  }
}

export interface Difference {
  readonly mean: number;
  /** Standard error of the mean, from the differences between blocks, because neighbouring readings are not independent. */
  readonly error: number;
}

/** Mean of `a` minus mean of `b`, over the blocks that both have. NaN and Infinity if there are too few. */
export function difference(a: BlockSums, b: BlockSums): Difference {
  const [mine, other] = [a.means, b.means];
  const apart = [...mine].map((mean, k) => mean - other[k]).filter((d) => !Number.isNaN(d));
  const n = apart.length;
  const mean = apart.reduce((sum, d) => sum + d, 0) / n;
  const variance = apart.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
  return { mean, error: n < 2 ? Infinity : Math.sqrt(variance / n) };
}

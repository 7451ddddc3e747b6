import { median } from '../../math/median.ts';

/** Parts of equal length into which a recording is cut: what they differ by tells how sure a mean is. */
export const BLOCKS = 40;

/** The block that a row of so many belongs to, 0 to BLOCKS - 1. */
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

  /** Mean of what came from block `from` on; NaN when nothing did. */
  mean(from = 0): number {
    const total = (of: Float64Array): number => of.subarray(from).reduce((sum, x) => sum + x, 0);
    return total(this.sums) / total(this.counts);
  }

  /** Mean of each block, NaN where nothing came. */
  get means(): Float64Array {
    return this.sums.map((sum, k) => sum / this.counts[k]);
  }

  /** Median of the blocks' means, which a few blocks out of the ordinary do not move; NaN when nothing came. */
  get median(): number {
    return median(this.means.filter((mean) => !Number.isNaN(mean)));
  }
}

export interface Difference {
  readonly mean: number;
  /** Standard error of the mean, from how much the blocks differ: readings next to each other are no independent ones. */
  readonly error: number;
}

/** How far the mean of `a` lies above that of `b`, over the blocks that both have. NaN and Infinity where they are too few. */
export function difference(a: BlockSums, b: BlockSums): Difference {
  const [mine, other] = [a.means, b.means];
  const apart = [...mine].map((mean, k) => mean - other[k]).filter((d) => !Number.isNaN(d));
  const n = apart.length;
  const mean = apart.reduce((sum, d) => sum + d, 0) / n;
  const variance = apart.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
  return { mean, error: n < 2 ? Infinity : Math.sqrt(variance / n) };
}

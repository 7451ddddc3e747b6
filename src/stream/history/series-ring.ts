import { clear, COLUMNS, isEmpty, merge } from './bucket.ts';
import { blockOf, TIERS } from './tiers.ts';
import { MINUTE_MS } from '../../math/time.ts';

/** Where the blocks of a series go when others begin, and come from. `data`: the buckets of the block. */
export interface Blocks {
  /** The block is left: it must be stored before `data` is used again. */
  leave(tier: number, block: number, data: Float32Array): void;
  /** Fills `data` with the stored part of the block; false if there is none. */
  enter(tier: number, block: number, data: Float32Array): boolean;
}

/** Largest number that a stored value can have; without it a larger one would become infinite. */
const MAX_FLOAT32 = 3.4028234663852886e38;

/**
 * The newest history of one series: the present minute in full precision, and the present block of each tier, to which each minute is
 * added when it is over. A reading costs one merge into the present minute.
 */
export class SeriesRing {
  /** Number of the present minute since 1970; NaN before the first reading. */
  minute = NaN;
  /** Its bucket. */
  readonly present = new Float64Array(COLUMNS);
  /** Number of the present block of each tier; NaN where there is none. */
  readonly blocks = TIERS.map(() => NaN);
  readonly data = TIERS.map(({ size }) => new Float32Array(size * COLUMNS));
  private readonly stored: Blocks;

  constructor(stored: Blocks) {
    this.stored = stored;
    clear(this.present);
  }

  /** Whether a reading at `at` is the first one of its minute. */
  begins(at: number): boolean {
    return Math.floor(at / MINUTE_MS) !== this.minute;
  }

  /** Adds a bucket with one reading at `at`, epoch ms. */
  add(at: number, reading: Float64Array): void {
    const minute = Math.floor(at / MINUTE_MS);
    if (minute !== this.minute) {
      this.endMinute();
      this.minute = minute;
    }
    merge(this.present, 0, reading);
  }

  /** The buckets of a tier that are in memory: those of its present block, if that is `block`; with the present minute. */
  copyOf(tier: number, block: number): Float32Array | null {
    const at = this.minute * MINUTE_MS;
    const own = this.blocks[tier] === block;
    const holdsMinute = blockOf(tier, at) === block && !isEmpty(this.present);
    if (!own && !holdsMinute) return null;
    const { size } = TIERS[tier];
    const data = own ? this.data[tier].slice() : emptyBlock(tier);
    if (!own) this.stored.enter(tier, block, data);
    if (holdsMinute) merge(data, placeOf(tier, at, size), bounded(this.present));
    return data;
  }

  private endMinute(): void {
    if (!isEmpty(this.present)) {
      const at = this.minute * MINUTE_MS;
      const minute = bounded(this.present);
      for (let tier = 0; tier < TIERS.length; tier++) {
        this.moveTo(tier, blockOf(tier, at));
        merge(this.data[tier], placeOf(tier, at, TIERS[tier].size), minute);
      }
    }
    clear(this.present);
  }

  private moveTo(tier: number, block: number): void {
    const { blocks, data, stored } = this;
    if (blocks[tier] === block) return;
    if (!Number.isNaN(blocks[tier])) stored.leave(tier, blocks[tier], data[tier]);
    blocks[tier] = block;
    clearBlock(data[tier]);
    stored.enter(tier, block, data[tier]);
  }
}

/** Where the bucket of `at` begins in its block. */
const placeOf = (tier: number, at: number, size: number): number =>
  (Math.floor(at / TIERS[tier].bucketMs) - blockOf(tier, at) * size) * COLUMNS;

/** Makes all buckets of a block empty. */
export function clearBlock(data: Float32Array): void {
  for (let i = 0; i < data.length; i += COLUMNS) clear(data, i);
}

export function emptyBlock(tier: number): Float32Array {
  const data = new Float32Array(TIERS[tier].size * COLUMNS);
  clearBlock(data);
  return data;
}

/** The same bucket, within the range of the stored numbers. */
function bounded(bucket: Float64Array): Float64Array {
  for (let c = 0; c < COLUMNS; c++)
    if (Math.abs(bucket[c]) > MAX_FLOAT32) bucket[c] = Math.sign(bucket[c]) * MAX_FLOAT32;
  return bucket;
}

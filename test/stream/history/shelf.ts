import * as c from '../../../src/stream/history/bucket.ts';
import { SeriesRing, type Blocks } from '../../../src/stream/history/series-ring.ts';
import type { SeriesHistory } from '../../../src/stream/history/port.ts';
import { blockMs, TIERS } from '../../../src/stream/history/tiers.ts';

/** A bucket of one reading. */
export const reading = (value: number, rest: Readonly<Partial<Record<number, number>>> = {}): Float64Array => {
  const bucket = new Float64Array(c.COLUMNS);
  c.clear(bucket);
  bucket[c.COUNT] = 1;
  for (const column of [c.MIN, c.MAX, c.MEAN, c.EXPECTED, c.LOWER, c.UPPER]) bucket[column] = value;
  bucket[c.SCORE] = 0;
  for (const [column, x] of Object.entries(rest)) bucket[Number(column)] = x!;
  return bucket;
};

/** The history of a series whose blocks stay in memory. */
export class Shelf implements Blocks, SeriesHistory {
  readonly slug = 'a';
  readonly seq = 0;
  readonly ring = new SeriesRing(this);
  readonly stored = new Map<string, Float32Array>();

  leave(tier: number, block: number, data: Float32Array): void {
    this.stored.set(`${tier} ${block}`, data.slice());
  }

  enter(tier: number, block: number, data: Float32Array): boolean {
    const stored = this.stored.get(`${tier} ${block}`);
    if (stored !== undefined) data.set(stored);
    return stored !== undefined;
  }

  block(tier: number, block: number): Float32Array | null {
    return this.ring.copyOf(tier, block) ?? this.stored.get(`${tier} ${block}`) ?? null;
  }

  oldest(): readonly number[] {
    return TIERS.map((_, tier) => {
      const blocks = [...this.stored.keys()]
        .filter((key) => key.startsWith(`${tier} `))
        .map((key) => Number(key.slice(2)));
      if (!Number.isNaN(this.ring.blocks[tier])) blocks.push(this.ring.blocks[tier]);
      return blocks.length > 0 ? Math.min(...blocks) * blockMs(tier) : this.ring.minute * 60_000;
    });
  }

  save(): void {
    // It keeps everything.
  }

  saved(): void {
    // It keeps everything.
  }
}

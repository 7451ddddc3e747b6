import type { Packed } from './memory.ts';

/** Counts of a table, in blocks of 16. */
export const COUNTS = 256;
const SHIFT = 4;
const BLOCK = 1 << SHIFT;
const MASK = BLOCK - 1;
/** Counts are multiples of 1/16. */
export const PARTS = 16;
/** One more than the largest number of a half. */
const HALF = 65_536;

const emptyTable = (): Uint16Array<ArrayBuffer> => new Uint16Array(BLOCK);

/**
 * 256 counts in sixteenths, of which most are 0 and most others below 4,096: two bytes each, and only blocks with counts are in memory. A
 * block with a larger count has a second one with the upper halves.
 *
 * The first block of the table is the index: the place of a block in the lower byte of its entry, that of the upper halves in the other, 0
 * where there is none. In a snapshot the counts are numbers in single precision, which holds each of them exactly up to 2^20.
 */
export class SparseCounts implements Packed {
  private table = emptyTable();

  get heldBytes(): number {
    return this.table.byteLength;
  }

  at(i: number): number {
    return this.sixteenths(i) / PARTS;
  }

  /** Makes count i the multiple of 1/16 that is next to x, 0 or more. */
  put(i: number, x: number): void {
    this.set(i, Math.round(x * PARTS));
  }

  /** Adds 1 to count i. */
  increment(i: number): void {
    const { table } = this;
    const entry = table[i >> SHIFT];
    const k = ((entry & 255) << SHIFT) + (i & MASK);
    if (entry > 0 && table[k] < HALF - PARTS) table[k] += PARTS;
    else this.set(i, this.sixteenths(i) + PARTS);
  }

  /** Sum of the counts from `from` to `to`, which does not belong to them: exact. */
  sum(from: number, to: number): number {
    const { table } = this;
    let sum = 0;
    for (let i = from; i < to;) {
      const end = Math.min(to, (i | MASK) + 1);
      const entry = table[i >> SHIFT];
      if (entry > 255)
        for (let k = ((entry >> 8) << SHIFT) + (i & MASK), n = end - i; n > 0; n--, k++) sum += HALF * table[k];
      if (entry > 0) for (let k = ((entry & 255) << SHIFT) + (i & MASK), n = end - i; n > 0; n--, k++) sum += table[k];
      i = end;
    }
    return sum / PARTS;
  }

  clear(): void {
    this.table = emptyTable();
  }

  /** Gives the memory back of blocks in which all numbers are 0. */
  trim(): void {
    const counts = new Float32Array(COUNTS);
    this.write(new Uint8Array(counts.buffer));
    this.read(new Uint8Array(counts.buffer));
  }

  write(bytes: Uint8Array): void {
    const counts = countsOf(bytes);
    for (let i = 0; i < COUNTS; i++) counts[i] = this.at(i);
  }

  read(bytes: Uint8Array): void {
    const counts = countsOf(bytes);
    this.clear();
    for (let i = 0; i < COUNTS; i++) this.put(i, counts[i]);
  }

  private sixteenths(i: number): number {
    const { table } = this;
    const entry = table[i >> SHIFT];
    if (entry === 0) return 0;
    const low = table[((entry & 255) << SHIFT) + (i & MASK)];
    return entry < 256 ? low : low + HALF * table[((entry >> 8) << SHIFT) + (i & MASK)];
  }

  private set(i: number, sixteenths: number): void {
    const block = i >> SHIFT;
    const upper = Math.floor(sixteenths / HALF);
    if (sixteenths > 0 && this.table[block] === 0) this.grow(block, 0);
    if (upper > 0 && this.table[block] < 256) this.grow(block, 8);
    const { table } = this;
    const entry = table[block];
    if (entry > 0) table[((entry & 255) << SHIFT) + (i & MASK)] = sixteenths % HALF;
    if (entry > 255) table[((entry >> 8) << SHIFT) + (i & MASK)] = upper;
  }

  /** Adds a block, and its place to the index, so many bits further up. */
  private grow(block: number, shift: number): void {
    const { table } = this;
    this.table = new Uint16Array(table.length + BLOCK);
    this.table.set(table);
    this.table[block] |= (table.length >> SHIFT) << shift;
  }
}

const countsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / 4);

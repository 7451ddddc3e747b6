import type { Packed } from './memory.ts';

const NOTHING = new Float32Array(0);

/**
 * Counts in single precision of which most are 0: only blocks with others are in memory. Between 4 and 7 of ten blocks of the tables of a
 * stream have none. Each number is that which a Float32Array would hold.
 */
export class SparseSingles implements Packed {
  private readonly shift: number;
  private readonly mask: number;
  private readonly places: Uint16Array; // 1 + the place of each block in the pool; 0 where it is not there
  private pool = NOTHING;
  /** Number of changes: a result that was computed from the numbers holds while this stays the same. */
  changes = 0;

  /** `length`: numbers, a multiple of `block`; `block`: numbers of a block, a power of 2. */
  constructor(length: number, block: number) {
    this.shift = 31 - Math.clz32(block);
    this.mask = block - 1;
    this.places = new Uint16Array(length >> this.shift);
  }

  get heldBytes(): number {
    return this.pool.byteLength + this.places.byteLength;
  }

  at(i: number): number {
    const place = this.places[i >> this.shift];
    return place === 0 ? 0 : this.pool[((place - 1) << this.shift) + (i & this.mask)];
  }

  put(i: number, x: number): void {
    if (x === 0 && this.places[i >> this.shift] === 0) return;
    const k = this.placeOf(i); // may replace the pool
    this.changes++;
    this.pool[k] = x;
  }

  add(i: number, x: number): void {
    if (x === 0) return;
    const k = this.placeOf(i); // may replace the pool
    this.changes++;
    this.pool[k] += x;
  }

  /** Sum of the numbers from `from` to `to`, which does not belong to them. */
  sum(from: number, to: number): number {
    const { places, pool, shift, mask } = this;
    let sum = 0;
    for (let i = from; i < to;) {
      const end = Math.min(to, (i | mask) + 1);
      const place = places[i >> shift];
      if (place > 0) for (let k = ((place - 1) << shift) + (i & mask), n = end - i; n > 0; n--, k++) sum += pool[k];
      i = end;
    }
    return sum;
  }

  /** Multiplies the numbers from `from` to `to`, both between blocks. */
  scale(from: number, to: number, by: number): void {
    const { places, pool, shift } = this;
    this.changes++;
    for (let block = from >> shift; block < to >> shift; block++) {
      const place = places[block];
      if (place > 0) for (let k = (place - 1) << shift; k < place << shift; k++) pool[k] *= by;
    }
  }

  clear(): void {
    this.changes++;
    this.places.fill(0);
    this.pool = NOTHING;
  }

  /** Gives the memory back of blocks in which all numbers are 0. */
  trim(): void {
    const numbers = new Float32Array(this.places.length << this.shift);
    this.write(new Uint8Array(numbers.buffer));
    this.read(new Uint8Array(numbers.buffer));
  }

  write(bytes: Uint8Array): void {
    const numbers = numbersOf(bytes);
    numbers.fill(0);
    for (const [block, place] of this.places.entries())
      if (place > 0)
        numbers.set(this.pool.subarray((place - 1) << this.shift, place << this.shift), block << this.shift);
  }

  read(bytes: Uint8Array): void {
    this.changes++;
    const { places, shift } = this;
    const numbers = numbersOf(bytes);
    let count = 0;
    for (let block = 0; block < places.length; block++) {
      const isEmpty = numbers.subarray(block << shift, (block + 1) << shift).every((x) => x === 0);
      places[block] = isEmpty ? 0 : ++count;
    }
    this.pool = count === 0 ? NOTHING : new Float32Array(count << shift);
    for (const [block, place] of places.entries())
      if (place > 0) this.pool.set(numbers.subarray(block << shift, (block + 1) << shift), (place - 1) << shift);
  }

  /** Where a number is in the pool; its block is made where there is none. */
  private placeOf(i: number): number {
    const block = i >> this.shift;
    if (this.places[block] === 0) {
      const { pool } = this;
      this.pool = new Float32Array(pool.length + this.mask + 1);
      this.pool.set(pool);
      this.places[block] = this.pool.length >> this.shift;
    }
    return ((this.places[block] - 1) << this.shift) + (i & this.mask);
  }
}

const numbersOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / 4);

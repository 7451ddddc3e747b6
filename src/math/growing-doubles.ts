import type { Packed } from './memory.ts';

const NOTHING = new Float64Array(0);

/** An array of which the first part is in memory: all numbers behind it are 0. */
export class GrowingDoubles implements Packed {
  /** The first part. Another array whenever it has grown. */
  numbers = NOTHING;
  private readonly unit: number;

  /** `unit`: its length is a multiple of this. */
  constructor(unit: number) {
    this.unit = unit;
  }

  get heldBytes(): number {
    return this.numbers.byteLength;
  }

  /** Makes the first part `length` numbers long; those that it has stay. */
  grow(length: number): void {
    const { numbers } = this;
    this.numbers = new Float64Array(length);
    this.numbers.set(numbers);
  }

  clear(): void {
    this.numbers = NOTHING;
  }

  write(bytes: Uint8Array): void {
    const all = numbersOf(bytes);
    all.fill(0);
    all.set(this.numbers);
  }

  read(bytes: Uint8Array): void {
    const all = numbersOf(bytes);
    let length = all.length;
    while (length > 0 && all[length - 1] === 0) length--;
    this.numbers = all.slice(0, Math.ceil(length / this.unit) * this.unit);
  }
}

const numbersOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float64Array =>
  new Float64Array(buffer, byteOffset, byteLength / 8);

/**
 * All that a stream remembers, in named arrays that each part takes at construction.
 *
 * Whatever must survive a restart lives here and nowhere else: parameters, hidden state, optimiser moments,
 * statistics, counters, the open episode. So a snapshot is a copy of this memory, restoring is copying it back,
 * and a resumed run continues bit for bit like an uninterrupted one.
 */
export class Memory {
  private readonly names: string[] = [];
  private readonly arrays: Float64Array[] = [];

  /** A zeroed array of `length` numbers that snapshots will keep. Throws a RangeError when the name is taken. */
  take(name: string, length: number): Float64Array {
    if (this.names.includes(name)) throw new RangeError(`memory: "${name}" is taken already`);
    const array = new Float64Array(length);
    this.names.push(name);
    this.arrays.push(array);
    return array;
  }

  /** Names and lengths in order: two memories with the same layout can exchange snapshots. */
  get layout(): string {
    return this.arrays.map((array, i) => `${this.names[i]}:${array.length}`).join(' ');
  }

  /** Size of a snapshot in bytes. */
  get byteLength(): number {
    return this.arrays.reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** A copy of everything, in order of taking, as doubles in the machine's byte order (little-endian on ARM and x86). */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.byteLength);
    let offset = 0;
    for (const array of this.arrays) {
      bytes.set(new Uint8Array(array.buffer), offset);
      offset += array.byteLength;
    }
    return bytes;
  }

  /** Overwrites everything with a copy made by `toBytes`. Throws a RangeError, changing nothing, when the size differs. */
  fromBytes(bytes: Uint8Array): void {
    if (bytes.byteLength !== this.byteLength)
      throw new RangeError(`memory: ${bytes.byteLength} bytes do not fit ${this.byteLength}`);
    let offset = 0;
    for (const array of this.arrays) {
      new Uint8Array(array.buffer).set(bytes.subarray(offset, offset + array.byteLength));
      offset += array.byteLength;
    }
  }
}

/** A `take` that puts a prefix before each name, for parts that occur once per series. */
export const section = (memory: Pick<Memory, 'take'>, prefix: string): Pick<Memory, 'take'> => ({
  take: (name, length) => memory.take(`${prefix}.${name}`, length),
});

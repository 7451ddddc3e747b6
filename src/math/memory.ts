/** A piece of what a stream remembers, wherever it stands. */
interface Piece {
  readonly name: string;
  readonly byteLength: number;
  readonly bytes: () => Uint8Array;
}

/**
 * All that a stream remembers, in named pieces that each part takes at construction.
 *
 * Whatever must survive a restart lives here and nowhere else: parameters, hidden state, optimiser moments,
 * statistics, counters, the open episode. So a snapshot is a copy of this memory, restoring is copying it back,
 * and a resumed run continues bit for bit like an uninterrupted one.
 */
export class Memory {
  private readonly pieces: Piece[] = [];

  /** A zeroed array of `length` numbers that snapshots will keep. Throws a RangeError when the name is taken. */
  take(name: string, length: number): Float64Array<ArrayBuffer> {
    const array = new Float64Array(length);
    this.join(name, () => new Uint8Array(array.buffer));
    return array;
  }

  /**
   * Takes in bytes that stand elsewhere: `bytes` gives them, as many each time, to read and to overwrite. Throws a
   * RangeError when the name is taken.
   */
  join(name: string, bytes: () => Uint8Array): void {
    if (this.pieces.some((piece) => piece.name === name)) throw new RangeError(`memory: "${name}" is taken already`);
    this.pieces.push({ name, byteLength: bytes().byteLength, bytes });
  }

  /** Names and bytes in order: two memories with the same layout can exchange snapshots. */
  get layout(): string {
    return this.pieces.map(({ name, byteLength }) => `${name}:${byteLength}`).join(' ');
  }

  /** Size of a snapshot in bytes. */
  get byteLength(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  }

  /** A copy of everything, in order of taking; numbers in the machine's byte order (little-endian on ARM and x86). */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.byteLength);
    let offset = 0;
    for (const piece of this.pieces) {
      bytes.set(piece.bytes(), offset);
      offset += piece.byteLength;
    }
    return bytes;
  }

  /** Overwrites everything with a copy made by `toBytes`. Throws a RangeError, changing nothing, when the size differs. */
  fromBytes(bytes: Uint8Array): void {
    if (bytes.byteLength !== this.byteLength)
      throw new RangeError(`memory: ${bytes.byteLength} bytes do not fit ${this.byteLength}`);
    let offset = 0;
    for (const piece of this.pieces) {
      piece.bytes().set(bytes.subarray(offset, offset + piece.byteLength));
      offset += piece.byteLength;
    }
  }
}

/** A memory that puts a prefix before each name, for parts that occur once per series. */
export const section = (memory: Pick<Memory, 'take' | 'join'>, prefix: string): Pick<Memory, 'take' | 'join'> => ({
  take: (name, length) => memory.take(`${prefix}.${name}`, length),
  join: (name, bytes) => {
    memory.join(`${prefix}.${name}`, bytes);
  },
});

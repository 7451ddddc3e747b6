/**
 * Copies a piece from that of a group with other series: `before[d]` is the index of series d there, -1 when it is new.
 * `piece` has its initial values, and numbers that are not overwritten keep them.
 */
export type Carry = (piece: Float64Array, old: Float64Array, before: readonly number[]) => void;

/** For a piece of `head` numbers for all series together, followed by the same number of numbers for each series. */
export const perSeries =
  (head = 0): Carry =>
  (piece, old, before) => {
    piece.set(old.subarray(0, head));
    const each = (piece.length - head) / before.length;
    before.forEach((b, d) => {
      if (b >= 0) piece.set(old.subarray(head + b * each, head + (b + 1) * each), head + d * each);
    });
  };

/** A piece of a stream's memory, in an array or elsewhere. */
interface Piece {
  readonly name: string;
  readonly byteLength: number;
  readonly bytes: () => Uint8Array;
  readonly carry: Carry | null;
}

/**
 * The whole state of a stream, in named pieces that each part takes at construction.
 *
 * Everything that must survive a restart is stored here and nowhere else: parameters, hidden state, optimiser moments,
 * statistics, counters, the open episode. So a snapshot is a copy of this memory, a restore copies it back, and a resumed
 * run continues bit for bit like an uninterrupted one.
 */
export class Memory {
  private readonly pieces: Piece[] = [];

  /**
   * A zeroed array of `length` numbers that snapshots include. For a piece with numbers for each series of a group, `carry`
   * copies it when the series change. Throws a RangeError when the name is taken.
   */
  take(name: string, length: number, carry: Carry | null = null): Float64Array<ArrayBuffer> {
    const array = new Float64Array(length);
    this.add(name, () => new Uint8Array(array.buffer), carry);
    return array;
  }

  /**
   * Adds bytes that are stored elsewhere: `bytes` returns them, always the same number, to read and to overwrite. Throws a
   * RangeError when the name is taken.
   */
  join(name: string, bytes: () => Uint8Array): void {
    this.add(name, bytes, null);
  }

  /**
   * Copies the memory of a group with other series; `before[d]` is the index of series d there or -1. Pieces with the same
   * name are copied by their `carry`, or, without one, if they have the same length. New pieces keep their values.
   */
  takeOver(past: Memory, before: readonly number[]): void {
    for (const { name, byteLength, bytes, carry } of this.pieces) {
      const old = past.pieces.find((piece) => piece.name === name);
      if (old === undefined) continue;
      if (carry !== null) carry(numbersIn(bytes()), numbersIn(old.bytes()), before);
      else if (old.byteLength === byteLength) bytes().set(old.bytes());
    }
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

  /**
   * Overwrites everything, or the pieces that `chosen` names, with a copy made by `toBytes`. Throws a RangeError, changing
   * nothing, when the size differs.
   */
  fromBytes(bytes: Uint8Array, chosen: (name: string) => boolean = () => true): void {
    if (bytes.byteLength !== this.byteLength)
      throw new RangeError(`memory: ${bytes.byteLength} bytes do not fit ${this.byteLength}`);
    let offset = 0;
    for (const piece of this.pieces) {
      if (chosen(piece.name)) piece.bytes().set(bytes.subarray(offset, offset + piece.byteLength));
      offset += piece.byteLength;
    }
  }

  /**
   * Copies the pieces whose names begin with `from` over those with the same rest of the name that begin with `to`, where there
   * are both and `chosen` names the source.
   */
  copy(from: string, to: string, chosen: (name: string) => boolean = () => true): void {
    for (const { name, bytes } of this.pieces) {
      if (!name.startsWith(from) || !chosen(name)) continue;
      const target = this.pieces.find((piece) => piece.name === to + name.slice(from.length));
      target?.bytes().set(bytes());
    }
  }

  private add(name: string, bytes: () => Uint8Array, carry: Carry | null): void {
    if (this.pieces.some((piece) => piece.name === name)) throw new RangeError(`memory: "${name}" is taken already`);
    this.pieces.push({ name, byteLength: bytes().byteLength, bytes, carry });
  }
}

const numbersIn = ({ buffer, byteOffset, byteLength }: Uint8Array): Float64Array =>
  new Float64Array(buffer, byteOffset, byteLength / 8);

/** A memory that puts a prefix before each name, for parts that occur once per series. */
export const section = (memory: Pick<Memory, 'take' | 'join'>, prefix: string): Pick<Memory, 'take' | 'join'> => ({
  take: (name, length, carry) => memory.take(`${prefix}.${name}`, length, carry),
  join: (name, bytes) => {
    memory.join(`${prefix}.${name}`, bytes);
  },
});

/** The same bytes of a piece as twice as many numbers of single precision. */
export const singlesOf = (piece: Float64Array<ArrayBuffer>): Float32Array<ArrayBuffer> =>
  new Float32Array(piece.buffer);

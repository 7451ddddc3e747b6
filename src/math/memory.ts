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

/** Where pieces are taken from: a memory, or a section of one. */
export type Pieces = Pick<Memory, 'take' | 'join' | 'pack'>;

/** A piece that is smaller in memory than in a snapshot, where numbers that are 0 need no room. Both hold the same numbers. */
export interface Packed {
  /** Bytes in memory now. */
  readonly heldBytes: number;
  /** Fills the bytes of a snapshot; they begin at a multiple of 8. */
  write(bytes: Uint8Array): void;
  /** Takes the bytes of a snapshot over; they begin at a multiple of 8. */
  read(bytes: Uint8Array): void;
}

/** A part of a stream that exists at times: while it does not, its pieces are 0 in a snapshot. */
export interface Guest {
  /** Null while it does not exist. */
  readonly memory: Memory | null;
  /** Makes it, if it does not exist. */
  open(): Memory;
}

/**
 * A piece of a stream's memory, in an array or elsewhere. A thousand streams have 200,000 of them: so it is small, and its name is in two
 * parts, of which the second is the same object in all streams.
 */
interface Piece {
  readonly section: string;
  readonly name: string;
  readonly byteLength: number;
  /** The array, a function that returns the bytes, or what holds them in less. */
  readonly content: Float64Array<ArrayBuffer> | (() => Uint8Array) | Packed;
  readonly carry: Carry | null;
}

const nameOf = ({ section, name }: Piece): string => section + name;

const isPacked = (content: Piece['content']): content is Packed =>
  typeof content !== 'function' && !(content instanceof Float64Array);

/** The bytes of a piece as a snapshot has them, to read: of a packed one, a copy. */
function bytesOf({ content, byteLength }: Piece): Uint8Array {
  if (typeof content === 'function') return content();
  if (content instanceof Float64Array) return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  const bytes = new Uint8Array(byteLength);
  content.write(bytes);
  return bytes;
}

/** Overwrites a piece. */
function setBytes(piece: Piece, bytes: Uint8Array): void {
  const { content } = piece;
  if (isPacked(content)) content.read(bytes.slice());
  else bytesOf(piece).set(bytes);
}

/** A piece of a guest. */
class GuestPiece implements Packed {
  private readonly guest: Guest;
  private readonly index: number;

  constructor(guest: Guest, index: number) {
    this.guest = guest;
    this.index = index;
  }

  get heldBytes(): number {
    return this.guest.memory?.heldBytesOf(this.index) ?? 0;
  }

  write(bytes: Uint8Array): void {
    const { memory } = this.guest;
    if (memory === null) bytes.fill(0);
    else bytes.set(memory.read(this.index));
  }

  read(bytes: Uint8Array): void {
    if (this.guest.memory !== null || bytes.some((byte) => byte !== 0)) this.guest.open().overwrite(this.index, bytes);
  }
}

/** Pieces up to this size, in bytes, stand in a row in common buffers of `BUFFER_BYTES`, so that a reading touches few lines of the cache. */
const SMALL_BYTES = 512;
const BUFFER_BYTES = 4096;

/** One string for each name, however many streams have a piece of it; names come from the source, so they are few. */
const names = new Map<string, string>();
function shared(name: string): string {
  const known = names.get(name);
  if (known === undefined) names.set(name, name);
  return known ?? name;
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
  private buffer = new ArrayBuffer(0);
  private used = 0; // bytes of it

  /**
   * A zeroed array of `length` numbers that snapshots include. For a piece with numbers for each series of a group, `carry`
   * copies it when the series change. Throws a RangeError when the name is taken.
   */
  take(name: string, length: number, carry: Carry | null = null): Float64Array<ArrayBuffer> {
    return this.takeIn('', name, length, carry);
  }

  /**
   * Adds bytes that are stored elsewhere: `bytes` returns them, always the same number, to read and to overwrite. Throws a
   * RangeError when the name is taken.
   */
  join(name: string, bytes: () => Uint8Array): void {
    this.joinIn('', name, bytes);
  }

  /** Adds a piece of `byteLength` bytes, a multiple of 8. Throws a RangeError when the name is taken. */
  pack<T extends Packed>(name: string, byteLength: number, content: T): T {
    return this.packIn('', name, byteLength, content);
  }

  /** Adds the pieces of a guest: `prefix` and the names of those of `like`, another memory with the same layout. */
  lend(prefix: string, like: Memory, guest: Guest): void {
    like.pieces.forEach((piece, index) => {
      const { byteLength } = piece;
      this.add({
        section: prefix,
        name: shared(nameOf(piece)),
        byteLength,
        content: new GuestPiece(guest, index),
        carry: null,
      });
    });
  }

  /** The bytes of a piece by its number. */
  read(index: number): Uint8Array {
    return bytesOf(this.pieces[index]);
  }

  overwrite(index: number, bytes: Uint8Array): void {
    setBytes(this.pieces[index], bytes);
  }

  heldBytesOf(index: number): number {
    const { content, byteLength } = this.pieces[index];
    return isPacked(content) ? content.heldBytes : byteLength;
  }

  /** Bytes of its contents in memory now: less than a snapshot has, because zeros need no room. */
  get heldBytes(): number {
    return this.pieces.reduce((sum, _, index) => sum + this.heldBytesOf(index), 0);
  }

  packIn<T extends Packed>(section: string, name: string, byteLength: number, content: T): T {
    this.add({ section, name: shared(name), byteLength, content, carry: null });
    return content;
  }

  /** The same for `section`. */
  takeIn(section: string, name: string, length: number, carry: Carry | null): Float64Array<ArrayBuffer> {
    const content = this.allocate(length);
    this.add({ section, name: shared(name), byteLength: content.byteLength, content, carry });
    return content;
  }

  joinIn(section: string, name: string, bytes: () => Uint8Array): void {
    this.add({ section, name: shared(name), byteLength: bytes().byteLength, content: bytes, carry: null });
  }

  /**
   * Copies the memory of a group with other series; `before[d]` is the index of series d there or -1. Pieces with the same
   * name are copied by their `carry`, or, without one, if they have the same length. New pieces keep their values.
   */
  takeOver(past: Memory, before: readonly number[]): void {
    const others = new Map(past.pieces.map((piece) => [nameOf(piece), piece]));
    for (const piece of this.pieces) {
      const old = others.get(nameOf(piece));
      if (old === undefined) continue;
      const { carry, byteLength } = piece;
      if (carry !== null) carry(numbersIn(bytesOf(piece)), numbersIn(bytesOf(old)), before);
      else if (old.byteLength === byteLength) setBytes(piece, bytesOf(old));
    }
  }

  /** Names and bytes in order: two memories with the same layout can exchange snapshots. */
  get layout(): string {
    return this.pieces.map((piece) => `${nameOf(piece)}:${piece.byteLength}`).join(' ');
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
      bytes.set(bytesOf(piece), offset);
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
      if (chosen(nameOf(piece))) setBytes(piece, bytes.subarray(offset, offset + piece.byteLength));
      offset += piece.byteLength;
    }
  }

  /** Copies pieces of another memory over those of this one: `nameThere` gives the name there, or one that no piece has. */
  copy(from: Memory, nameThere: (name: string) => string): void {
    const others = new Map(from.pieces.map((piece) => [nameOf(piece), piece]));
    for (const piece of this.pieces) {
      const other = others.get(nameThere(nameOf(piece)));
      if (other !== undefined) setBytes(piece, bytesOf(other));
    }
  }

  private allocate(length: number): Float64Array<ArrayBuffer> {
    const bytes = length * 8;
    if (bytes > SMALL_BYTES) return new Float64Array(length);
    if (this.used + bytes > this.buffer.byteLength) {
      this.buffer = new ArrayBuffer(BUFFER_BYTES);
      this.used = 0;
    }
    const array = new Float64Array(this.buffer, this.used, length);
    this.used += bytes;
    return array;
  }

  private add(piece: Piece): void {
    if (this.pieces.some(({ section, name }) => name === piece.name && section === piece.section))
      throw new RangeError(`memory: "${nameOf(piece)}" is taken already`);
    this.pieces.push(piece);
  }
}

const numbersIn = ({ buffer, byteOffset, byteLength }: Uint8Array): Float64Array =>
  new Float64Array(buffer, byteOffset, byteLength / 8);

/** A memory that puts a prefix before each name, for parts that occur once per series. */
class Section implements Pieces {
  private readonly memory: Memory;
  private readonly prefix: string;

  constructor(memory: Memory, prefix: string) {
    this.memory = memory;
    this.prefix = prefix;
  }

  take(name: string, length: number, carry: Carry | null = null): Float64Array<ArrayBuffer> {
    return this.memory.takeIn(this.prefix, name, length, carry);
  }

  join(name: string, bytes: () => Uint8Array): void {
    this.memory.joinIn(this.prefix, name, bytes);
  }

  pack<T extends Packed>(name: string, byteLength: number, content: T): T {
    return this.memory.packIn(this.prefix, name, byteLength, content);
  }

  in(prefix: string): Section {
    return new Section(this.memory, `${this.prefix}${prefix}.`);
  }
}

export const section = (memory: Pieces, prefix: string): Pieces => {
  if (memory instanceof Section) return memory.in(prefix);
  if (memory instanceof Memory) return new Section(memory, `${prefix}.`);
  throw new TypeError('memory: neither a memory nor a section of one');
};

/** The same bytes of a piece as twice as many numbers of single precision. */
export const singlesOf = ({ buffer, byteOffset, length }: Float64Array<ArrayBuffer>): Float32Array<ArrayBuffer> =>
  new Float32Array(buffer, byteOffset, 2 * length);

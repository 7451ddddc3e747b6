const FIRST_BYTES = 4096;
/** Precedes a time that is not stored as a difference of whole numbers. */
const ESCAPE = 0;

/** Whether twice the difference of two such numbers is exact. */
const isWhole = (value: number): boolean =>
  Number.isSafeInteger(4 * value) && Number.isInteger(value) && !Object.is(value, -0);

/**
 * A growing buffer that is reused after `clear`. Whole numbers take one byte for each 7 bits (LEB128); a time is stored
 * as the difference from the previous time.
 */
export class ByteWriter {
  length = 0;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #time = 0;

  /** The bytes written since `clear`; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
    this.#time = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** A whole number, at least 0. */
  whole(value: number): void {
    this.#reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.length++] = (rest % 128) | 128;
    this.#bytes[this.length++] = rest;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.whole(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Any number. Successive times in whole ms take a few bytes each. */
  time(value: number): void {
    const last = this.#time;
    const later = value - last;
    this.#time = value;
    if (isWhole(value) && isWhole(last)) {
      this.whole(1 + (later < 0 ? -2 * later - 1 : 2 * later));
      return;
    }
    this.byte(ESCAPE);
    this.double(value);
  }

  #reserve(room: number): void {
    if (this.length + room <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + room));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads what a `ByteWriter` wrote, in the same order. Throws a RangeError where the bytes end too soon. */
export class ByteReader {
  #at = 0;
  #time = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  whole(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  uint32(): number {
    const value = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return value;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  text(): string {
    const length = this.whole();
    if (length > this.#bytes.length - this.#at) throw new RangeError('a text ends after the bytes');
    return new TextDecoder().decode(this.#bytes.subarray(this.#at, (this.#at += length)));
  }

  time(): number {
    const coded = this.whole();
    if (coded === ESCAPE) return (this.#time = this.double());
    const later = coded % 2 === 1 ? (coded - 1) / 2 : -coded / 2;
    return (this.#time += later);
  }
}

import { MAX_PARTS } from './json.ts';

/** More levels are no measurement, and would cost stack. */
const MAX_DEPTH = 32;
/**
 * Items of one payload, keys included: 4,096 rows of a time and two values are 28,673. 64 KiB can contain 65,534, which would take
 * 6 ms to read.
 */
const MAX_ITEMS = 32_768;

/** Ends an array, map or string of indefinite length. */
const BREAK = Symbol('break');

/** The payload is no CBOR, or has more levels, items, maps or arrays than are read. */
class NotCbor extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A CBOR data item (RFC 8949) as JSON would have it: maps become objects with text keys, integers of 64 bits the nearest
 * number, tags their content, except decimal fractions and bigfloats (4, 5), which become numbers. Byte strings, undefined
 * and simple values become null. Undefined where the bytes are not one whole item.
 *
 * Not a library: a mapper is needed when the first message arrives, so its module is loaded by every service. cborg 6.1.5
 * (which the tests compare with) takes 50 ms and 6 MB for that, cbor-x installs a binary.
 */
export function readCbor(payload: Uint8Array): unknown {
  const reader = new Reader(payload);
  try {
    const value = reader.item(0);
    return reader.ended && value !== BREAK ? value : undefined;
  } catch (error) {
    if (error instanceof NotCbor || error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * Bytes. A text of at most so many, whose characters have one or two bytes each, is read by character: a call of Buffer takes 0.1 us for
 * any text.
 */
const SHORT = 24;

/** Throws a TypeError where it is not UTF-8. */
function textOf(bytes: Buffer, from: number, to: number): string {
  if (to - from > SHORT) return decoded(bytes, from, to);
  let text = '';
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte < 0x80) text += String.fromCharCode(byte);
    else {
      // 110xxxxx 10xxxxxx. C0 and C1 would be a longer form of ASCII.
      const next = i + 1 < to ? bytes[++i] : 0;
      if (byte < 0xc2 || byte > 0xdf || next >> 6 !== 2) return decoded(bytes, from, to);
      text += String.fromCharCode(((byte & 31) << 6) | (next & 63));
    }
  }
  return text;
}

/** As TextDecoder, which takes twice as long. Buffer puts U+FFFD where the bytes are no UTF-8; the text may also contain it. */
function decoded(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  return text.includes('\ufffd') ? utf8.decode(bytes.subarray(from, to)) : text;
}

class Reader {
  private readonly bytes: Buffer;
  private readonly view: DataView;
  private at = 0;
  private items = 0;
  private parts = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get ended(): boolean {
    return this.at === this.bytes.length;
  }

  /** The next item. Throws NotCbor, or RangeError beyond the end. */
  item(depth: number): unknown {
    if (depth > MAX_DEPTH || ++this.items > MAX_ITEMS) throw new NotCbor();
    const head = this.view.getUint8(this.at++);
    const info = head & 31;
    switch (head >> 5) {
      case 0:
        return this.argument(info);
      case 1:
        return -1 - this.argument(info);
      case 2:
        this.string(info, 2);
        return null;
      case 3:
        return this.string(info, 3);
      case 4:
        return this.array(info, depth);
      case 5:
        return this.map(info, depth);
      case 6:
        return tagged(this.argument(info), this.item(depth + 1));
      default:
        return this.simple(info);
    }
  }

  private argument(info: number): number {
    const { at, view } = this;
    if (info < 24) return info;
    if (info > 27) throw new NotCbor();
    this.at += 1 << (info - 24);
    if (info === 24) return view.getUint8(at);
    if (info === 25) return view.getUint16(at);
    return info === 26 ? view.getUint32(at) : view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  }

  private string(info: number, major: number): string {
    if (info !== 31) {
      const length = this.argument(info);
      const from = this.at;
      this.at = from + length;
      if (this.at > this.bytes.length) throw new NotCbor();
      return major === 3 ? textOf(this.bytes, from, this.at) : '';
    }
    let text = '';
    for (;;) {
      const head = this.view.getUint8(this.at++);
      if (head === 0xff) return text;
      if (head >> 5 !== major || (head & 31) === 31 || ++this.items > MAX_ITEMS) throw new NotCbor();
      text += this.string(head & 31, major);
    }
  }

  /** Elements of an array, or pairs of a map; Infinity for one that a break ends. */
  private partLength(info: number): number {
    // The JSON mapper reads no more of them. 22 KiB can contain 15,000 maps of a number and a map, which took 4.5 ms at least.
    if (++this.parts > MAX_PARTS) throw new NotCbor();
    return info === 31 ? Infinity : this.argument(info);
  }

  private array(info: number, depth: number): unknown[] {
    const length = this.partLength(info);
    const array: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const value = this.item(depth + 1);
      if (value === BREAK) {
        if (info !== 31) throw new NotCbor();
        break;
      }
      array.push(value);
    }
    return array;
  }

  private map(info: number, depth: number): object {
    const length = this.partLength(info);
    const map: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.item(depth + 1);
      if (key === BREAK) {
        if (info !== 31) throw new NotCbor();
        break;
      }
      const value = this.item(depth + 1);
      if (value === BREAK) throw new NotCbor();
      if (typeof key !== 'string' && typeof key !== 'number') continue;
      if (key === '__proto__') continue;
      map[key] = value;
    }
    return map;
  }

  private simple(info: number): unknown {
    const { at, view } = this;
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 25:
        this.at += 2;
        return half(view.getUint16(at));
      case 26:
        this.at += 4;
        return view.getFloat32(at);
      case 27:
        this.at += 8;
        return view.getFloat64(at);
      case 31:
        return BREAK;
      default:
        if (info > 24) throw new NotCbor();
        if (info === 24 && this.view.getUint8(this.at++) < 32) throw new NotCbor();
        return null;
    }
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits (RFC 8949, appendix D). */
const half = (bits: number): number => {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
};

/** [exponent, mantissa] of a decimal fraction (tag 4) or bigfloat (tag 5) as a number; the content of every other tag. */
const tagged = (tag: number, content: unknown): unknown => {
  if (content === BREAK) throw new NotCbor();
  if ((tag !== 4 && tag !== 5) || !Array.isArray(content)) return content;
  const [exponent, mantissa] = content as unknown[];
  if (typeof exponent !== 'number' || typeof mantissa !== 'number') return null;
  // Number() of the decimal text is the nearest number; a multiplication by 10 ** -2 is not.
  return tag === 4 ? Number(`${mantissa}e${exponent}`) : mantissa * 2 ** exponent;
};

import { power2 } from '../math/elementary.ts';
import type { Packed, Pieces } from '../math/memory.ts';

const one = new Float32Array(1);
const bits = new Uint32Array(one.buffer);

/** Parameters that have an exponent in common. */
const BLOCK = 32;
/** Largest magnitude of a number of eight bits. */
const MOST = 127;
/** Where all numbers are 0. */
const NONE = -128;

/**
 * A copy of the parameters, restored when the present ones are not finite. Each 32 of them have an exponent e in common, and each is
 * q 2^e with q from -127 to 127: a byte a parameter, off by 1 part in 127 of the largest of the 32 at most. The network learns the lost
 * precision again within minutes.
 *
 * A snapshot has the upper half of each Float32 (bfloat16), which holds q 2^e exactly.
 */
export class LastGood implements Packed {
  private readonly q: Int8Array;
  private readonly e: Int8Array;

  constructor(memory: Pick<Pieces, 'pack'>, size: number) {
    this.q = new Int8Array(size);
    this.e = new Int8Array(Math.ceil(size / BLOCK)).fill(NONE);
    memory.pack('good', 8 * Math.ceil(size / 4), this);
  }

  get heldBytes(): number {
    return this.q.byteLength + this.e.byteLength;
  }

  /** Takes a copy of theta. */
  keep(theta: ArrayLike<number>): void {
    const { q, e } = this;
    for (let block = 0, from = 0; from < q.length; block++, from += BLOCK) {
      const end = Math.min(q.length, from + BLOCK);
      let most = 0;
      for (let p = from; p < end; p++) most = Math.max(most, Math.abs(theta[p]));
      e[block] = exponentFor(most);
      const unit = power2(e[block]);
      for (let p = from; p < end; p++) q[p] = most > 0 ? Math.max(-MOST, Math.min(MOST, Math.round(theta[p] / unit))) : 0;
    }
  }

  /** Fills theta with the copy. */
  recall(theta: Float64Array): void {
    const { q, e } = this;
    for (let p = 0; p < q.length; p++) theta[p] = q[p] * power2(e[Math.floor(p / BLOCK)]);
  }

  write(bytes: Uint8Array): void {
    const { q, e } = this;
    bytes.fill(0);
    const halves = halvesOf(bytes);
    for (let p = 0; p < q.length; p++) {
      one[0] = q[p] * power2(e[Math.floor(p / BLOCK)]);
      halves[p] = bits[0] >>> 16;
    }
  }

  /** An earlier build stored eight bits of each parameter itself: they are rounded. */
  read(bytes: Uint8Array): void {
    const halves = halvesOf(bytes);
    const theta = new Float32Array(this.q.length);
    for (let p = 0; p < theta.length; p++) {
      bits[0] = halves[p] << 16;
      theta[p] = one[0];
    }
    this.keep(theta);
  }
}

/** The least e with which the largest magnitude of a block is at most 127, rounded. */
function exponentFor(most: number): number {
  if (!(most > 0)) return NONE;
  one[0] = most;
  const e = Math.max(NONE + 1, (bits[0] >>> 23) - 127 - 6); // most / 2^e is from 64 to 128
  return Math.round(most / power2(e)) > MOST ? e + 1 : e;
}

const halvesOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, byteLength / 2);

import type { Memory } from '../math/memory.ts';

const one = new Float32Array(1);
const bits = new Uint32Array(one.buffer);

/**
 * A copy of the parameters, restored when the present ones are not finite. Only the upper half of each Float32 is kept
 * (bfloat16: 8 bits of precision, the full range), which adds a fifth to the memory of a training network. The network
 * learns the lost precision again within minutes.
 */
export class LastGood {
  private readonly halves: Uint16Array;

  constructor(memory: Pick<Memory, 'take'>, size: number) {
    const { buffer, byteOffset } = memory.take('good', Math.ceil(size / 4));
    this.halves = new Uint16Array(buffer, byteOffset, size);
  }

  /** Takes a copy of theta, each number off by 1 part in 256 at most. */
  keep(theta: Float64Array): void {
    for (let p = 0; p < theta.length; p++) {
      one[0] = theta[p];
      this.halves[p] = (bits[0] + 0x8000) >>> 16;
    }
  }

  /** Fills theta with the copy. */
  recall(theta: Float64Array): void {
    for (let p = 0; p < theta.length; p++) {
      bits[0] = this.halves[p] << 16;
      theta[p] = one[0];
    }
  }
}

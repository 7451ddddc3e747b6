/** The part of the WebAssembly API that is used here; undefined if there is no WebAssembly (node --jitless). */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

/** A network in the kernel's memory, by its address. */
export type Block = number;

/** The exports of src/kernel/index.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  base(): number;
  blockBytes(...shape: Shape): number;
  scratchBytes(): number;
  create(block: Block, scratch: number, ...rest: [...Shape, learningRate: number, clip: number]): void;
  advance(block: Block): void;
  learn(block: Block): 0 | 1;
  sound(block: Block): 0 | 1;
  input(block: Block): number;
  output(block: Block): number;
  error(block: Block): number;
  norm(block: Block): number;
  theta(block: Block): number;
  mean(block: Block): number;
  lags(block: Block): number;
  start(block: Block): number;
  end(block: Block): number;
}

/** The arguments of `blockBytes`: cell and learner by the numbers of src/kernel/stream.ts, then the sizes. */
export type Shape = [
  cell: number, learner: number, X: number, H: number,
  blocks: number, bins: number, direct: number, horizon: number, every: number,
];

const PAGE = 65_536;
const LINE = 64;

/**
 * The SIMD kernel and the memory that its networks live in: one block each, one scratch for all. Blocks are 64 bytes apart, and
 * a freed block is reused for the next network of the same size.
 */
export class Kernel {
  readonly exports: Exports;
  /** All of the kernel's memory as numbers; another array whenever the memory has grown. */
  numbers: Float32Array;
  private free: number; // first address that no block has used yet
  private scratch = 0;
  private scratchSize = 0;
  private readonly spare = new Map<number, Block[]>();

  /** Compiles the output of `npm run build` for src/kernel. Throws if there is no WebAssembly or no SIMD. */
  constructor(wasm: Uint8Array) {
    this.exports = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as Exports;
    this.numbers = new Float32Array(this.exports.memory.buffer);
    this.free = this.exports.base();
  }

  /** Bytes that networks and scratch take up. */
  get byteLength(): number {
    return this.free;
  }

  /** Makes a network of zeros. */
  create(shape: Shape, learningRate: number, clip: number): Block {
    const bytes = this.exports.blockBytes(...shape);
    const scratchBytes = this.exports.scratchBytes();
    if (scratchBytes > this.scratchSize) {
      // The networks that were made with the smaller one keep it.
      this.scratch = this.take(scratchBytes);
      this.scratchSize = scratchBytes;
    }
    const block = this.spare.get(bytes)?.pop() ?? this.take(bytes);
    this.exports.create(block, this.scratch, ...shape, learningRate, clip);
    return block;
  }

  /** Sets all numbers of a network to 0. */
  clear(block: Block, shape: Shape, learningRate: number, clip: number): void {
    this.exports.create(block, this.scratch, ...shape, learningRate, clip);
  }

  /** Frees a block; it must not be used any more. */
  release(block: Block): void {
    const bytes = this.exports.end(block) - block;
    const spare = this.spare.get(bytes);
    if (spare === undefined) this.spare.set(bytes, [block]);
    else spare.push(block);
  }

  /** The stored numbers of a network, to read and to overwrite; valid until the next network is made. */
  bytes(block: Block): Uint8Array {
    const start = this.exports.start(block);
    return new Uint8Array(this.exports.memory.buffer, start, this.exports.end(block) - start);
  }

  private take(bytes: number): number {
    const { memory } = this.exports;
    const at = Math.ceil(this.free / LINE) * LINE;
    const lacking = at + bytes - memory.buffer.byteLength;
    if (lacking > 0) {
      // Grows by an eighth more than needed, so that a thousand streams do not grow the memory a thousand times.
      memory.grow(Math.ceil((lacking + memory.buffer.byteLength / 8) / PAGE));
      this.numbers = new Float32Array(memory.buffer);
    }
    this.free = at + bytes;
    return at;
  }
}

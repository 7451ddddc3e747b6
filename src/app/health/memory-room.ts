import { getHeapStatistics } from 'node:v8';
import type { MemoryLimits } from '../../io/files/memory-limits.ts';

/** Where the service stands between nothing and its limit. */
export interface MemoryUse {
  /** Bytes of the process, and the limit that it meets first; null: none. */
  readonly rss: number;
  readonly limits: MemoryLimits;
  /** Bytes of V8's heap, which a garbage collection may have to lower, and its limit. */
  readonly heap: number;
  readonly heapLimit: number;
}

/** What streams still grow by while they learn, and a snapshot on its way to the disk, must fit above this share. */
const FULL = 0.9;
/** Readings of a series that was not admitted come again and again; the answer is kept for so long. */
const NO_FOR_MS = 5_000;

export const limitOf = ({ high, max }: MemoryLimits): number | null => high ?? max;

/** The share of the limit that is used, of the process or of the heap, whichever is larger. */
export const shareOf = ({ rss, limits, heap, heapLimit }: MemoryUse): number =>
  Math.max(rss / (limitOf(limits) ?? Infinity), heap / heapLimit);

export const isFull = (use: MemoryUse): boolean => shareOf(use) > FULL;

/** Says whether a further stream fits into the memory that systemd, the container or Node gives to the service. */
export class MemoryRoom {
  readonly limits: MemoryLimits;
  private readonly uptime: () => number;
  private readonly measure: () => Pick<MemoryUse, 'rss' | 'heap' | 'heapLimit'>;
  private noUntil = -Infinity;

  /** `uptime`: a clock that is never set, ms. */
  constructor(limits: MemoryLimits, uptime: () => number, measure = ofThisProcess) {
    this.limits = limits;
    this.uptime = uptime;
    this.measure = measure;
  }

  get use(): MemoryUse {
    return { ...this.measure(), limits: this.limits };
  }

  hasRoom(): boolean {
    const now = this.uptime();
    if (now < this.noUntil) return false;
    if (!isFull(this.use)) return true;
    this.noUntil = now + NO_FOR_MS;
    return false;
  }
}

function ofThisProcess(): Pick<MemoryUse, 'rss' | 'heap' | 'heapLimit'> {
  const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
  return { rss: process.memoryUsage.rss(), heap, heapLimit };
}

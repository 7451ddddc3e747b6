import type { Log } from '../../log.ts';

/** The facts about a partition that its worker checks. */
export interface Lagging {
  readonly n: number;
  readonly pending: number;
  readonly lagMs: number;
}

export interface LagOptions {
  /** A takeover alone makes a partition late by the time of a lease and of a checkpoint. */
  readonly limitMs: number;
  readonly log: Log;
}

const AGAIN_MS = 300_000;

/** Says that readings wait, why, and when they do not any more. */
export class LagWatch {
  readonly #options: LagOptions;
  #since = NaN;
  #toldAt = -Infinity;
  #lookedAt = NaN;
  #cpuMs = 0;

  constructor(options: LagOptions) {
    this.#options = options;
  }

  /** To be called every few seconds. `now`: ms of a clock that is never set; `cpuMs`: processor time of the process so far. */
  look(partitions: readonly Lagging[], now: number, cpuMs: number): void {
    const { limitMs, log } = this.#options;
    const core = (cpuMs - this.#cpuMs) / (now - this.#lookedAt);
    this.#cpuMs = cpuMs;
    this.#lookedAt = now;
    const late = partitions.filter(({ lagMs }) => lagMs > limitMs);
    if (late.length === 0) {
      if (!Number.isNaN(this.#since))
        log('info', { ms: Math.round(now - this.#since) }, 'no readings of this worker are late any more');
      this.#since = NaN;
      this.#toldAt = -Infinity;
      return;
    }
    if (Number.isNaN(this.#since)) this.#since = now;
    if (now - this.#toldAt < AGAIN_MS) return;
    this.#toldAt = now;
    log(
      'warn',
      {
        partitions: late.map(({ n }) => n),
        pending: late.reduce((sum, { pending }) => sum + pending, 0),
        lagMs: Math.max(...late.map(({ lagMs }) => lagMs)),
        ...(Number.isNaN(core) ? {} : { cores: Math.round(core * 100) / 100 }),
      },
      'readings are late: more arrive than this worker processes. With cores near 1 it needs its whole core: start more workers. With less, other programs use the processor, or the NATS server is slow',
    );
  }
}

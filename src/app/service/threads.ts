import { availableParallelism } from 'node:os';
import type { Site } from '../../config/schema/site.ts';
import type { Log } from '../../log.ts';
import { Shards } from '../workers/shards.ts';
import { workOfThread } from './this-process.ts';

/** How often `auto` looks at the load, and how many times in a row it must be high. */
const CHECK_MS = 5_000;
const BUSY_CHECKS = 12;
/** Share of the time in which the main thread is at work, above which threads are worth it: docs/workers.md has the measurements. */
const BUSY = 0.6;
/** More threads than this wait for the main thread. */
const MAX_AUTO = 8;

/** Threads that `auto` makes on a machine with so many cores: the main thread works less than each of them. 0: one core is too few. */
export const threadsFor = (cores: number): number => (cores < 2 ? 0 : Math.min(MAX_AUTO, Math.max(2, cores - 1)));

export interface ServiceThreadsOptions {
  /** Whether networks run in SIMD. */
  readonly simd: boolean;
  readonly log: Log;
  /** A thread has failed. */
  readonly onLost: (error: unknown) => void;
  /** `auto` wants threads: the pipeline is to begin anew. False where it could not: it is asked again. */
  readonly onBusy: () => boolean;
  /** Share of the time since the last call in which the main thread was at work on a core. */
  readonly utilisation?: () => number;
  readonly cores?: number;
}

/** The worker threads of the service: as many as the site file says, or the load. */
export class ServiceThreads {
  private readonly options: ServiceThreadsOptions;
  private readonly utilisation: () => number;
  private readonly cores: number;
  private shards: Shards | null = null;
  private timer: NodeJS.Timeout | null = null;
  private busyChecks = 0;
  /** Whether `auto` has found the load high. It stays so until the service stops: threads that come and go would cost more. */
  private busy = false;

  constructor(options: ServiceThreadsOptions) {
    this.options = options;
    this.utilisation = options.utilisation ?? workOfThread();
    this.cores = options.cores ?? availableParallelism();
  }

  /** Null where the streams are in the main thread. */
  get current(): Shards | null {
    return this.shards;
  }

  /** Whether the site wants as many threads as there are. */
  fits({ workers }: Pick<Site, 'workers'>): boolean {
    return this.wanted(workers) === (this.shards?.count ?? 0);
  }

  /** Makes the threads that a site wants, where there are others. The pipeline before must have saved its streams. */
  use(site: Pick<Site, 'workers'>): void {
    if (!this.fits(site)) {
      void this.shards?.close();
      const threads = this.wanted(site.workers);
      const { simd, onLost, log } = this.options;
      this.shards = threads === 0 ? null : new Shards({ threads, simd, onLost });
      log(
        'info',
        { workers: threads },
        threads === 0 ? 'the streams are in the main thread' : 'the streams are in worker threads',
      );
    }
    const watches = site.workers === 'auto' && !this.busy && threadsFor(this.cores) > 0;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = watches ? setInterval(this.check, CHECK_MS).unref() : null;
  }

  /** Waits until everything is processed. Throws `worker_lost`. */
  settle(): void {
    this.shards?.settle();
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.shards?.close();
  }

  /** Looks at the load; every few seconds. */
  readonly check = (): void => {
    this.busyChecks = this.utilisation() > BUSY ? this.busyChecks + 1 : 0;
    if (this.busyChecks < BUSY_CHECKS) return;
    this.busy = true;
    if (!this.options.onBusy()) this.busy = false;
  };

  private wanted(workers: Site['workers']): number {
    if (workers === 'off') return 0;
    return workers === 'auto' ? (this.busy ? threadsFor(this.cores) : 0) : workers;
  }
}

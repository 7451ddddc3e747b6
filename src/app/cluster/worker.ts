import { hostname } from 'node:os';
import type { ClusterOptions } from '../../config/schema/cluster.ts';
import type { Site } from '../../config/schema/site.ts';
import { connectNats } from '../../io/nats/connection.ts';
import { Lease } from '../../io/nats/lease.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { serviceHttp, type ServiceHttp } from '../http/service-http.ts';
import type { ServiceManager } from '../service-manager/service-manager.ts';
import { LagWatch } from './lag.ts';
import { natsOptionsOf } from './nats-options.ts';
import { openWorkerParts, type WorkerParts, type WorkerPartsOptions } from './worker-parts.ts';

export interface WorkerOptions {
  readonly log: Log;
  /** Makes the memory in which the networks of one partition run in SIMD; null for Float64. It is freed with the partition. */
  readonly kernel: () => Kernel | null;
  /** Where systemd started the worker. */
  readonly manager?: ServiceManager | undefined;
}

export interface Worker {
  readonly name: string;
  /** Readings taken in so far. */
  readonly readings: number;
  /** The partitions that it has now. */
  readonly partitions: readonly number[];
  /** Rejects when a partition has failed by an internal error; never resolves. */
  readonly failure: Promise<never>;
  /** Planned hand-over of all partitions, then ends. */
  stop(): Promise<void>;
}

const TICK_MS = 5_000;
/** Renewals of the lease, and looks at the other workers, in the time of a lease. */
const RENEWALS = 4;
const LOOKS = 8;
const STOP_MS = 20_000;
/** A partition that is later than so much is reported; later than after a takeover. */
const LATE_MS = 30_000;

/**
 * Joins the cluster of a site and works on its share of the partitions until stopped. Rejects with `cluster_unavailable` or
 * `cluster_mismatch` when it cannot.
 */
export async function startWorker(site: Site, cluster: ClusterOptions, options: WorkerOptions): Promise<Worker> {
  const name = workerName(cluster.worker);
  const nats = await connectNats({ ...natsOptionsOf(cluster, name), log: options.log });
  try {
    const worker = new ClusterWorker({ ...options, worker: name, site, cluster, nats });
    await worker.start();
    return worker;
  } catch (error) {
    await nats.close();
    throw error;
  }
}

/** A key of a bucket: other characters become dashes. */
const workerName = (template: string): string =>
  template
    .replaceAll('<host>', hostname())
    .replaceAll('<pid>', String(process.pid))
    .replace(/[^\w-]+/g, '-');

class ClusterWorker implements Worker {
  readonly name: string;
  readonly failure: Promise<never>;
  readonly #options: WorkerPartsOptions & Pick<WorkerOptions, 'manager'>;
  readonly #timers: NodeJS.Timeout[] = [];
  #parts!: WorkerParts;
  #lease!: Lease;
  #http: ServiceHttp | null = null;
  #rounds = 0;
  #stopped = false;
  #fail!: (error: unknown) => void;

  constructor(options: WorkerPartsOptions & Pick<WorkerOptions, 'manager'>) {
    this.name = options.worker;
    this.#options = options;
    this.failure = new Promise<never>((_, reject) => (this.#fail = reject));
    this.failure.catch(() => undefined); // it is for who waits for it
  }

  get readings(): number {
    return this.#parts.tallies.readings;
  }

  get partitions(): readonly number[] {
    return this.#parts.set.runs.map(({ n }) => n);
  }

  async start(): Promise<void> {
    const { nats, cluster, log } = this.#options;
    const { lease, checkpointEvery } = cluster;
    this.#parts = await openWorkerParts(this.#options, {
      rounds: () => this.#rounds,
      onChange: () => {
        this.#forwardIfMine();
      },
      onFailure: this.#fail,
    });
    // Only now, when it can answer, others see this worker and ask it.
    this.#lease = await this.#startLease();
    await this.#watch();
    this.#startHealth();
    nats.onReconnect(() => {
      void this.#watch().catch(this.#warn);
      for (const run of this.#parts.set.runs) run.wake();
    });
    this.#repeat(lease / LOOKS, () => this.#balance());
    const lag = new LagWatch({ limitMs: LATE_MS + lease + checkpointEvery, log });
    this.#repeat(TICK_MS, () => {
      this.#tick(lag);
      return Promise.resolve();
    });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
    const { set, answers, forwarder, table, presence, learned, health, status } = this.#parts;
    health.health.stop();
    await this.#http?.stop();
    learned?.end();
    status.stop();
    const handOver = async (): Promise<void> => {
      await set.stop();
      await answers?.end();
      await forwarder?.stop();
      table.stop();
      await this.#lease.stop();
      await presence.leave();
      await status.end();
    };
    await Promise.race([handOver().catch(this.#warn), limit]);
    await this.#lease.stop();
    await this.#options.nats.close();
  }

  #startLease(): Promise<Lease> {
    const { cluster, log } = this.#options;
    const { names, info } = this.#parts;
    return Lease.start({
      ...{ nats: natsOptionsOf(cluster, this.name), bucket: names.workers, worker: this.name, info },
      everyMs: cluster.lease / RENEWALS,
      onExpired: () => {
        log(
          'warn',
          { worker: this.name },
          'the lease had expired: other workers may have taken partitions. If the machine or the NATS server is too busy to renew it in time, raise cluster.lease',
        );
      },
      onError: this.#fail,
    });
  }

  async #watch(): Promise<void> {
    const { table, set } = this.#parts;
    await table.watch((n) => {
      set.seen(n);
    });
  }

  #startHealth(): void {
    const { site, log, manager } = this.#options;
    const { health, metrics, sources } = this.#parts.health;
    this.#http = serviceHttp({ http: site.http, health, sources: { site: () => site }, metrics, log, sayOnce: log });
    health.start();
    this.#http.start();
    manager?.begin(sources);
    manager?.listening([]);
  }

  readonly #warn = (error: unknown): void => {
    if (!this.#stopped) this.#options.log('warn', { err: error }, 'a request to NATS failed; it is repeated');
  };

  /** Runs `task` again and again, `ms` after its last end. */
  #repeat(ms: number, task: () => Promise<void>): void {
    const index = this.#timers.length;
    const run = (): void => {
      void task()
        .catch(this.#warn)
        .then(() => {
          if (!this.#stopped) this.#timers[index] = setTimeout(run, ms);
        });
    };
    this.#timers.push(setTimeout(run, 0));
  }

  /** The main thread lives. Partitions without messages get a tick of the clock, and late ones are reported. */
  #tick(lag: LagWatch): void {
    this.#lease.beat();
    const { runs } = this.#parts.set;
    for (const run of runs) run.tickIfIdle();
    const { user, system } = process.cpuUsage();
    const now = Date.now();
    const partitions = runs.map((run) => ({ n: run.n, pending: run.pending, lagMs: run.lagMs(now) }));
    lag.look(partitions, performance.now(), (user + system) / 1000);
  }

  /** The worker whose name is the first one takes the files of imports, answers exports, and publishes the health of the site. */
  async #balance(): Promise<void> {
    this.#rounds++;
    const { presence, learned, status, set } = this.#parts;
    const live = await presence.live();
    if ([...live].sort()[0] === this.name && !this.#stopped) {
      learned?.start();
      status.start(live);
    } else {
      learned?.stop();
      status.stop();
    }
    // One that has not renewed in time does that first.
    if (live.has(this.name)) await set.balance(live);
  }

  /** The worker with the first partition forwards the alerts of all. */
  #forwardIfMine(): void {
    const { set, forwarder } = this.#parts;
    if (set.has(0) && !this.#stopped) forwarder?.start();
    else void forwarder?.stop();
  }
}

import { hostname } from 'node:os';
import { layoutOf } from '../../config/cluster-layout.ts';
import type { ClusterOptions } from '../../config/cluster-schema.ts';
import type { Site } from '../../config/schema.ts';
import { connectNats, type Nats } from '../../io/nats/connection.ts';
import { namesOf } from '../../io/nats/names.ts';
import { PartitionTable, type Held } from '../../io/nats/partition-table.ts';
import { Presence } from '../../io/nats/presence.ts';
import { StateStore } from '../../io/nats/state-store.ts';
import { makeStreams } from '../../io/nats/streams.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { Tallies } from '../pipeline/tallies.ts';
import { version } from '../version.ts';
import { chosenOf, shareOf } from './balance.ts';
import { partOf } from './partition-site.ts';
import { PartitionRun, type Loss } from './partition-run.ts';

export interface WorkerOptions {
  readonly log: Log;
  /** Makes the memory in which the networks of one partition run in SIMD; null for Float64. It is freed with the partition. */
  readonly kernel: () => Kernel | null;
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

/** Partitions that are taken or given back at the same time. */
const AT_ONCE = 8;
const TICK_MS = 5_000;
/** Renewals of the lease, and looks at the other workers, in the time of a lease. */
const RENEWALS = 4;
const LOOKS = 8;
/** Time for which this worker does not take a partition again after it could not read its state. */
const REFUSED_MS = 60_000;
const STOP_MS = 20_000;
const MEGABYTE = 1e6;

/**
 * Joins the cluster of a site and works on its share of the partitions until stopped. Rejects with `cluster_unavailable` or
 * `cluster_mismatch` when it cannot.
 */
export async function startWorker(site: Site, cluster: ClusterOptions, options: WorkerOptions): Promise<Worker> {
  const name = workerName(cluster.worker);
  const nats = await connectNats({ ...cluster, name: `zankyo ${name}`, log: options.log });
  try {
    const worker = new ClusterWorker(site, cluster, { ...options, nats, name });
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
  readonly #site: Site;
  readonly #cluster: ClusterOptions;
  readonly #options: WorkerOptions & { readonly nats: Nats };
  readonly #names;
  readonly #layout;
  readonly #tallies = new Tallies();
  readonly #runs = new Map<number, PartitionRun>();
  /** Partitions that are being taken or given back. */
  readonly #moving = new Set<number>();
  /** Partitions whose state could not be read, and when; on the clock of `performance.now()`. */
  readonly #refused = new Map<number, number>();
  readonly #timers: NodeJS.Timeout[] = [];
  #table!: PartitionTable;
  #presence!: Presence;
  #store!: StateStore;
  #live: ReadonlySet<string> = new Set();
  #stopped = false;
  #fail!: (error: unknown) => void;

  constructor(
    site: Site,
    cluster: ClusterOptions,
    options: WorkerOptions & { readonly nats: Nats; readonly name: string },
  ) {
    this.name = options.name;
    this.#site = site;
    this.#cluster = cluster;
    this.#options = options;
    this.#names = namesOf(site.site, site.mqtt.prefix);
    this.#layout = layoutOf({ ...site, cluster });
    this.failure = new Promise<never>((_, reject) => (this.#fail = reject));
    this.failure.catch(() => undefined); // it is for who waits for it
  }

  get readings(): number {
    return this.#tallies.readings;
  }

  get partitions(): readonly number[] {
    return [...this.#runs.keys()].sort((a, b) => a - b);
  }

  async start(): Promise<void> {
    const { partitions, maxMegabytes, deduplicate, lease, replicas } = this.#cluster;
    const { nats } = this.#options;
    const buckets = await makeStreams(nats, {
      names: this.#names,
      transforms: this.#layout.transforms,
      commands: this.#site.commands.mqtt,
      maxBytes: maxMegabytes * MEGABYTE,
      deduplicateMs: deduplicate,
      leaseMs: lease,
      replicas,
    });
    this.#table = new PartitionTable(buckets.partitions, partitions);
    this.#store = new StateStore(buckets.state, buckets.objects);
    this.#presence = new Presence(buckets.workers, this.name, { startedAt: Date.now(), version: version() });
    await this.#presence.renew();
    await this.#watch();
    nats.onReconnect(() => {
      void this.#watch().catch(this.#warn);
      for (const run of this.#runs.values()) run.wake();
    });
    this.#repeat(lease / RENEWALS, () => this.#renew());
    this.#repeat(lease / LOOKS, () => this.#balance());
    this.#repeat(TICK_MS, () => {
      for (const run of this.#runs.values()) run.tickIfIdle();
      return Promise.resolve();
    });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
    const handOver = async (): Promise<void> => {
      await Promise.all([...this.#runs.values()].map((run) => this.#release(run)));
      this.#table.stop();
      await this.#presence.leave();
    };
    await Promise.race([handOver().catch(this.#warn), limit]);
    await this.#options.nats.close();
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

  async #watch(): Promise<void> {
    await this.#table.watch((n) => {
      const { owner } = this.#table.record(n);
      const run = this.#runs.get(n);
      // Another worker has taken it, because this one was away for longer than its lease.
      if (run !== undefined && owner !== null && owner !== this.name) this.#lost(n, { why: 'taken' });
    });
  }

  async #renew(): Promise<void> {
    if (await this.#presence.renew())
      this.#options.log(
        'warn',
        { worker: this.name },
        'the lease had expired: other workers may have taken partitions',
      );
  }

  /** One step towards a fair share: gives partitions back, or takes free ones. */
  async #balance(): Promise<void> {
    this.#live = await this.#presence.live();
    if (!this.#live.has(this.name)) return; // not renewed in time: first that
    const { partitions } = this.#cluster;
    const surplus = this.#runs.size - shareOf(this.name, this.#live, partitions);
    if (surplus > 0) {
      const last = [...this.#runs.values()].slice(-Math.min(surplus, AT_ONCE));
      this.#options.log('info', { partitions: last.map(({ n }) => n) }, 'handing partitions over to other workers');
      await Promise.all(last.map((run) => this.#release(run)));
      return;
    }
    const known = new Set([...this.#live].filter((worker) => worker !== this.name));
    const free = this.#table
      .free(known)
      .filter((n) => !this.#runs.has(n) && !this.#moving.has(n) && !this.#isRefused(n));
    const chosen = chosenOf(this.name, this.#live, free, Math.min(-surplus, AT_ONCE));
    if (chosen.length > 0) await Promise.all(chosen.map((n) => this.#take(n)));
  }

  async #release(run: PartitionRun): Promise<void> {
    this.#moving.add(run.n);
    this.#runs.delete(run.n);
    try {
      await run.release();
    } finally {
      this.#moving.delete(run.n);
    }
  }

  async #take(n: number): Promise<void> {
    this.#moving.add(n);
    try {
      const { owner } = this.#table.record(n);
      // It may have joined after the last look at the workers.
      if (owner !== null && owner !== this.name && (await this.#presence.isLive(owner))) return;
      const held = await this.#table.claim(n, this.name);
      if (held === null || this.#stopped) return;
      await this.#run(held, owner);
    } finally {
      this.#moving.delete(n);
    }
  }

  /** Restores a claimed partition. One that cannot be read, as the state of a newer zankyo, is given back. */
  async #run(held: Held, owner: string | null): Promise<void> {
    const { nats, kernel, log } = this.#options;
    const { n } = held;
    const begin = performance.now();
    try {
      const run = await PartitionRun.start({
        nats,
        names: this.#names,
        store: this.#store,
        held,
        checkpointMs: this.#cluster.checkpointEvery,
        pipeline: {
          ...partOf(this.#site, this.#layout.groups, n),
          kernel: kernel(),
          tallies: this.#tallies,
          log: (level, fields, message) => {
            log(level, { partition: n, ...fields }, message);
          },
        },
        log,
        onLost: (loss) => {
          this.#lost(n, loss);
        },
      });
      this.#runs.set(n, run);
    } catch (error) {
      log(
        'error',
        { partition: n, err: error },
        'the partition cannot be restored; this worker does not try again for 60 s',
      );
      this.#refused.set(n, performance.now());
      await held.release();
      return;
    }
    const from = owner === null || owner === this.name ? {} : { from: owner };
    const ms = Math.round(performance.now() - begin);
    log('info', { partition: n, ...from, seq: held.record.seq, ms }, 'partition taken');
  }

  #isRefused(n: number): boolean {
    const at = this.#refused.get(n);
    return at !== undefined && performance.now() - at < REFUSED_MS;
  }

  #lost(n: number, loss: Loss): void {
    const { log } = this.#options;
    const run = this.#runs.get(n);
    this.#runs.delete(n);
    void run?.stop();
    if (loss.why === 'taken') log('warn', { partition: n }, 'another worker has taken this partition: stopped here');
    else if (loss.why === 'server')
      log('warn', { partition: n, err: loss.error }, 'NATS failed: the partition is restored from its last checkpoint');
    else {
      log('error', { partition: n, err: loss.error }, 'the partition stopped after an internal error');
      this.#fail(loss.error);
    }
  }
}

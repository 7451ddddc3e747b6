import { hostname } from 'node:os';
import { layoutOf } from '../../config/cluster-layout.ts';
import type { ClusterOptions } from '../../config/cluster-schema.ts';
import type { Site } from '../../config/schema.ts';
import { connectNats, type Nats } from '../../io/nats/connection.ts';
import { namesOf } from '../../io/nats/names.ts';
import { HubForwarder } from '../../io/nats/hub-forwarder.ts';
import { Lease } from '../../io/nats/lease.ts';
import { PartitionTable } from '../../io/nats/partition-table.ts';
import { Presence, type WorkerInfo } from '../../io/nats/presence.ts';
import { StateStore } from '../../io/nats/state-store.ts';
import { makeStreams } from '../../io/nats/streams.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { commandTopicsOf } from '../broker-options.ts';
import { serviceHttp, type ServiceHttp } from '../http/service-http.ts';
import type { ServiceManager } from '../service-manager/service-manager.ts';
import { Tallies } from '../pipeline/tallies.ts';
import { version } from '../version.ts';
import { workerHealth, type WorkerHealth } from './worker-health.ts';
import { LagWatch } from './lag.ts';
import { ClusterLearned } from './learned/cluster-learned.ts';
import { SavedPartitions } from './learned/saved-partitions.ts';
import { natsOptionsOf } from './nats-options.ts';
import { PartitionSet } from './partition-set.ts';
import { SiteAnswers } from './site-answers.ts';
import { SiteStatus } from './site-status.ts';

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
const MEGABYTE = 1e6;
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
  readonly #timers: NodeJS.Timeout[] = [];
  #table!: PartitionTable;
  #presence!: Presence;
  #lease!: Lease;
  #set!: PartitionSet;
  #health!: WorkerHealth;
  #status!: SiteStatus;
  /** Null where the site has no hub. */
  #forwarder: HubForwarder | null = null;
  /** This and the next one null without commands over MQTT. */
  #answers: SiteAnswers | null = null;
  #learned: ClusterLearned | null = null;
  #http: ServiceHttp | null = null;
  #rounds = 0;
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
    return this.#set.runs.map(({ n }) => n);
  }

  async start(): Promise<void> {
    const { partitions, maxMegabytes, deduplicate, lease, replicas, hub } = this.#cluster;
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
    const info = { startedAt: Date.now(), version: version() };
    this.#presence = new Presence(buckets.workers, this.name, info);
    const store = await StateStore.open(nats, this.#names.state);
    const topics = commandTopicsOf(this.#site);
    if (topics !== null)
      this.#answers = new SiteAnswers({
        ...{ nats, names: this.#names, site: this.#site.site, prefix: this.#site.mqtt.prefix, partitions },
        topic: topics.replyTopic(null),
      });
    this.#set = new PartitionSet({
      worker: this.name,
      site: this.#site,
      cluster: this.#cluster,
      layout: this.#layout,
      names: this.#names,
      table: this.#table,
      presence: this.#presence,
      store,
      tallies: this.#tallies,
      answers: this.#answers,
      ...this.#options,
      onChange: () => {
        this.#forwardIfMine();
      },
      onFailure: this.#fail,
    });
    if (hub !== undefined)
      this.#forwarder = new HubForwarder({
        nats,
        names: this.#names,
        site: this.#site.site,
        prefix: this.#site.mqtt.prefix,
        domain: hub.domain,
        replicas: hub.replicas,
        deduplicateMs: deduplicate,
        log: this.#options.log,
      });
    this.#learned = ClusterLearned.of({
      ...{ site: this.#site, layout: this.#layout, names: this.#names, tallies: this.#tallies, ...this.#options },
      saved: new SavedPartitions(this.#table, store),
    });
    // Before others see this worker, and ask it.
    this.#makeHealth();
    await this.#startLease(info);
    await this.#watch();
    this.#startHealth();
    nats.onReconnect(() => {
      void this.#watch().catch(this.#warn);
      for (const run of this.#set.runs) run.wake();
    });
    this.#repeat(lease / LOOKS, () => this.#balance());
    const { checkpointEvery } = this.#cluster;
    const lag = new LagWatch({ limitMs: LATE_MS + lease + checkpointEvery, log: this.#options.log });
    this.#repeat(TICK_MS, () => {
      this.#lease.beat();
      const { runs } = this.#set;
      for (const run of runs) run.tickIfIdle();
      const { user, system } = process.cpuUsage();
      const now = Date.now();
      const partitions = runs.map((run) => ({ n: run.n, pending: run.pending, lagMs: run.lagMs(now) }));
      lag.look(partitions, performance.now(), (user + system) / 1000);
      return Promise.resolve();
    });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
    this.#health.health.stop();
    await this.#http?.stop();
    this.#learned?.end();
    this.#status.stop();
    const handOver = async (): Promise<void> => {
      await this.#set.stop();
      await this.#answers?.end();
      await this.#forwarder?.stop();
      this.#table.stop();
      await this.#lease.stop();
      await this.#presence.leave();
      await this.#status.end();
    };
    await Promise.race([handOver().catch(this.#warn), limit]);
    await this.#lease.stop();
    await this.#options.nats.close();
  }

  #makeHealth(): void {
    const { nats, log } = this.#options;
    this.#health = workerHealth({
      ...{ site: this.#site, nats, tallies: this.#tallies, log },
      runs: () => this.#set.runs,
      rounds: () => this.#rounds,
    });
    const { monitor } = this.#health.health;
    this.#status = new SiteStatus({
      ...{ nats, names: this.#names, presence: this.#presence, leaseMs: this.#cluster.lease, log },
      ...{ worker: this.name, health: () => monitor.health },
    });
  }

  #startHealth(): void {
    const { log, manager } = this.#options;
    const { health, metrics, sources } = this.#health;
    const site = (): Site => this.#site;
    this.#http = serviceHttp({ http: this.#site.http, health, sources: { site }, metrics, log, sayOnce: log });
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

  async #watch(): Promise<void> {
    await this.#table.watch((n) => {
      this.#set.seen(n);
    });
  }

  async #startLease(info: WorkerInfo): Promise<void> {
    this.#lease = await Lease.start({
      ...{ nats: natsOptionsOf(this.#cluster, this.name), bucket: this.#names.workers, worker: this.name, info },
      everyMs: this.#cluster.lease / RENEWALS,
      onExpired: () => {
        this.#options.log(
          'warn',
          { worker: this.name },
          'the lease had expired: other workers may have taken partitions. If the machine or the NATS server is too busy to renew it in time, raise cluster.lease',
        );
      },
      onError: this.#fail,
    });
  }

  /** The worker whose name is the first one takes the files of imports, answers exports, and publishes the health of the site. */
  async #balance(): Promise<void> {
    this.#rounds++;
    const live = await this.#presence.live();
    if ([...live].sort()[0] === this.name && !this.#stopped) {
      this.#learned?.start();
      this.#status.start(live);
    } else {
      this.#learned?.stop();
      this.#status.stop();
    }
    // One that has not renewed in time does that first.
    if (live.has(this.name)) await this.#set.balance(live);
  }

  /** The worker with the first partition forwards the alerts of all. */
  #forwardIfMine(): void {
    if (this.#set.has(0) && !this.#stopped) this.#forwarder?.start();
    else void this.#forwarder?.stop();
  }
}

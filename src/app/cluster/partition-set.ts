import type { ClusterOptions } from '../../config/schema/cluster.ts';
import type { Layout } from '../../config/cluster-layout.ts';
import type { Site } from '../../config/schema/site.ts';
import { isAway, type Nats } from '../../io/nats/connection.ts';
import type { Names } from '../../io/nats/names.ts';
import { isReplaced, type Held, type PartitionTable } from '../../io/nats/partition-table.ts';
import type { Presence } from '../../io/nats/presence.ts';
import type { StateStore } from '../../io/nats/state-store.ts';
import { Turns } from '../../io/nats/turns.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { Tallies } from '../pipeline/tallies.ts';
import { chosenOf, shareOf } from './balance.ts';
import type { Loss } from './partition-checkpoints.ts';
import { PartitionRun } from './partition-run.ts';
import { partOf } from './partition-site.ts';
import type { SiteAnswers } from './site-answers.ts';

export interface PartitionSetOptions {
  /** Name of this worker. */
  readonly worker: string;
  readonly site: Site;
  readonly cluster: ClusterOptions;
  readonly layout: Layout;
  readonly nats: Nats;
  readonly names: Names;
  readonly table: PartitionTable;
  readonly presence: Presence;
  readonly store: StateStore;
  readonly tallies: Tallies;
  readonly answers: SiteAnswers | null;
  readonly kernel: () => Kernel | null;
  readonly log: Log;
  /** A partition was taken or is gone. */
  readonly onChange: () => void;
  /** A partition has failed by an internal error. */
  readonly onFailure: (error: unknown) => void;
}

/** Partitions that are taken or given back at the same time. */
const AT_ONCE = 8;
/** Time for which this worker does not take a partition again after it could not read its state. */
const REFUSED_MS = 60_000;

/** The partitions that a worker has: takes free ones up to its share, and gives back those above it. */
export class PartitionSet {
  readonly #options: PartitionSetOptions;
  readonly #runs = new Map<number, PartitionRun>();
  readonly #turns = new Turns();
  /** Partitions that are being taken or given back. */
  readonly #moving = new Set<number>();
  /** Partitions whose state could not be read, and when; on the clock of `performance.now()`. */
  readonly #refused = new Map<number, number>();
  #balancing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: PartitionSetOptions) {
    this.#options = options;
  }

  /** In order of their numbers. */
  get runs(): readonly PartitionRun[] {
    return [...this.#runs.values()].sort((a, b) => a.n - b.n);
  }

  has(n: number): boolean {
    return this.#runs.has(n);
  }

  /** The owner of a partition has changed: another worker has it, because this one was away for longer than its lease. */
  seen(n: number): void {
    const { table, worker } = this.#options;
    const record = table.record(n);
    if (this.#runs.has(n) && record.owner !== null && record.owner !== worker)
      this.#lost(n, { why: isReplaced(record) ? 'imported' : 'taken' });
  }

  /** One step towards a fair share: gives partitions back, or takes free ones. */
  async balance(live: ReadonlySet<string>): Promise<void> {
    this.#balancing = this.#balance(live);
    await this.#balancing;
  }

  async #balance(live: ReadonlySet<string>): Promise<void> {
    const { worker, cluster, table, log } = this.#options;
    if (this.#stopped) return;
    const surplus = this.#runs.size - shareOf(worker, live, cluster.partitions);
    if (surplus > 0) {
      const last = [...this.#runs.values()].slice(-Math.min(surplus, AT_ONCE));
      log('info', { partitions: last.map(({ n }) => n) }, 'handing partitions over to other workers');
      await Promise.all(last.map((run) => this.#release(run)));
      return;
    }
    const others = new Set([...live].filter((each) => each !== worker));
    const free = table.free(others).filter((n) => !this.#runs.has(n) && !this.#moving.has(n) && !this.#isRefused(n));
    const chosen = chosenOf(worker, live, free, Math.min(-surplus, AT_ONCE));
    await Promise.all(chosen.map((n) => this.#take(n)));
  }

  /** Gives all partitions back, and takes no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    // Partitions that are being taken are given back as well. The error is that of `balance`.
    await this.#balancing.catch(() => undefined);
    await Promise.all([...this.#runs.values()].map((run) => this.#release(run)));
  }

  async #release(run: PartitionRun): Promise<void> {
    this.#moving.add(run.n);
    this.#runs.delete(run.n);
    this.#options.onChange();
    try {
      await run.release();
    } finally {
      this.#moving.delete(run.n);
    }
  }

  async #take(n: number): Promise<void> {
    const { table, presence, worker } = this.#options;
    this.#moving.add(n);
    try {
      const { owner } = table.record(n);
      // It may have joined after the last look at the workers.
      if (owner !== null && owner !== worker && (await presence.isLive(owner))) return;
      const held = await table.claim(n, worker);
      if (held === null) return;
      // The end came while the server answered.
      if (this.#stopped) await held.release();
      else await this.#run(held, owner);
    } finally {
      this.#moving.delete(n);
    }
  }

  /** Restores a claimed partition. One that cannot be read, as the state of a newer zankyo, is given back. */
  async #run(held: Held, owner: string | null): Promise<void> {
    const { nats, names, store, site, cluster, layout, answers, kernel, tallies, log, worker } = this.#options;
    const { n } = held;
    const begin = performance.now();
    try {
      const run = await PartitionRun.start({
        nats,
        names,
        store,
        held,
        checkpointMs: cluster.checkpointEvery,
        turns: this.#turns,
        answers,
        pipeline: {
          ...partOf(site, layout.groups, n),
          kernel: kernel(),
          tallies,
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
      const restoreMs = Math.round(performance.now() - begin);
      void run.begun.then(() => {
        if (this.#runs.get(n) !== run) return;
        const from = owner === null || owner === worker ? {} : { from: owner };
        const ms = Math.round(performance.now() - begin);
        log('info', { partition: n, ...from, seq: held.record.seq, restoreMs, ms }, 'partition taken');
      });
    } catch (error) {
      if (isAway(error))
        log(
          'warn',
          { partition: n, err: error },
          'NATS did not answer while a partition was restored; it is tried again',
        );
      else {
        log(
          'error',
          { partition: n, err: error },
          'the partition cannot be restored; this worker does not try again for 60 s',
        );
        this.#refused.set(n, performance.now());
      }
      await held.release();
      return;
    }
    this.#options.onChange();
  }

  #isRefused(n: number): boolean {
    const at = this.#refused.get(n);
    return at !== undefined && performance.now() - at < REFUSED_MS;
  }

  #lost(n: number, loss: Loss): void {
    const { log, onChange, onFailure } = this.#options;
    const run = this.#runs.get(n);
    this.#runs.delete(n);
    void run?.stop();
    onChange();
    if (loss.why === 'imported')
      log('info', { partition: n }, 'a learned state was imported into this partition: it is restored with it');
    else if (loss.why === 'taken')
      log('warn', { partition: n }, 'another worker has taken this partition: stopped here');
    else if (loss.why === 'server')
      log('warn', { partition: n, err: loss.error }, 'NATS failed: the partition is restored from its last checkpoint');
    else {
      log('error', { partition: n, err: loss.error }, 'the partition stopped after an internal error');
      onFailure(loss.error);
    }
  }
}

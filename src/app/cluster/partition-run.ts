import { partitionPrefix } from '../../config/cluster-layout.ts';
import type { Nats } from '../../io/nats/connection.ts';
import { EventPublisher } from '../../io/nats/event-publisher.ts';
import type { Names } from '../../io/nats/names.ts';
import { openSource, type PartitionEntry, type PartitionSource } from '../../io/nats/partition-source.ts';
import type { Held } from '../../io/nats/partition-table.ts';
import type { StateStore } from '../../io/nats/state-store.ts';
import type { Log } from '../../log.ts';
import type { PipelineView } from '../pipeline/view.ts';
import { alertsTo, anomaliesTo, publishTopic } from './partition-outlets.ts';
import { PartitionPipeline, type PartitionOptions } from './partition-pipeline.ts';
import { stateBytes, stateFrom } from './partition-state.ts';

export interface RunOptions {
  readonly nats: Nats;
  readonly names: Names;
  readonly store: StateStore;
  readonly held: Held;
  readonly checkpointMs: number;
  readonly pipeline: Omit<PartitionOptions, 'alerts' | 'anomaliesOver' | 'reply' | 'onError'>;
  readonly log: Log;
  /** It ends without a hand-over: another worker has the partition, the server did not answer in time, or the pipeline has failed. */
  readonly onLost: (loss: Loss) => void;
}

export type Loss =
  | { readonly why: 'taken' }
  | { readonly why: 'server'; readonly error: unknown }
  | { readonly why: 'pipeline'; readonly error: unknown };

/** The periodic check for silence of a partition without messages. */
const IDLE_MS = 5_000;
/** Ticks alone are saved so often: after a takeover they are processed again. */
const IDLE_SAVE_MS = 300_000;
/** Beyond so many alerts without an answer of the server the next message waits. */
const MAX_WAITING = 1_000;
const MAX_WAIT_MS = 30_000;

/** One partition while this worker has it: from the state of its checkpoint and the messages after that. */
export class PartitionRun {
  readonly n: number;
  readonly #options: RunOptions;
  readonly #publisher: EventPublisher;
  /** Absent before it is restored. */
  #pipeline!: PartitionPipeline;
  #source: PartitionSource | null = null;
  #savedSeq = 0;
  #savedAt = performance.now();
  /** Whether more than ticks has come since the last checkpoint. */
  #changed = false;
  #checkpoint: Promise<boolean> = Promise.resolve(true);
  #timer: NodeJS.Timeout | null = null;
  #entryAt = performance.now();
  #pending = 0;
  /** Checkpoints so far. */
  readonly saved = { count: 0, bytes: 0 };
  #ended = false;
  /** Until it has processed all that was stored before it began. */
  #behind = true;
  readonly #startedAt = performance.now();

  private constructor(options: RunOptions) {
    this.#options = options;
    this.n = options.held.n;
    this.#publisher = new EventPublisher(options.nats);
  }

  /** Restores the partition and begins to read it. Rejects where its state cannot be read; then it is still held. */
  static async start(options: RunOptions): Promise<PartitionRun> {
    const run = new PartitionRun(options);
    try {
      await run.#start();
    } catch (error) {
      run.#end();
      throw error;
    }
    return run;
  }

  /** Sequence of the last message that was processed. */
  get seq(): number {
    return this.#pipeline.seq;
  }

  get view(): PipelineView {
    return this.#pipeline.view;
  }

  /** Messages that are stored and not processed yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Alerts that no server has yet. */
  get waiting(): number {
    return this.#publisher.waiting;
  }

  /** Publishes a tick of the clock into the stream if nothing has come for a while: silence of sensors is found by it. */
  tickIfIdle(): void {
    const idle = performance.now() - this.#entryAt >= IDLE_MS && this.#pending === 0;
    if (!idle || this.#ended || !this.#pipeline.hasStreams) return;
    this.#entryAt = performance.now();
    this.#options.nats.connection.publish(this.#options.names.subjects.tick(this.n));
  }

  /** No message could arrive for a time: it is not counted as silence of the sensors. */
  wake(): void {
    if (!this.#ended) this.#options.nats.connection.publish(this.#options.names.subjects.wake(this.n));
  }

  /** Planned hand-over: finishes the message, saves, and gives the partition back. */
  async release(): Promise<void> {
    if (this.#ended) return;
    this.#clearTimer();
    await this.#source?.stop();
    const saved = await this.#save();
    this.#end();
    if (saved) await this.#options.held.release();
  }

  /** Ends at once and saves nothing: another worker has the partition. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#end();
    await this.#source?.stop();
  }

  async #start(): Promise<void> {
    const { held, store, pipeline, nats, names } = this.#options;
    const { state: ref, seq } = held.record;
    const state = ref === null ? null : stateFrom(await store.get(ref));
    this.#savedSeq = seq;
    await this.#reportGap(seq);
    const { site } = pipeline;
    const outlets = { site: site.site, prefix: site.mqtt.prefix, names, publisher: this.#publisher };
    this.#pipeline = new PartitionPipeline(
      {
        ...pipeline,
        alerts: alertsTo(outlets),
        anomaliesOver: (log) => anomaliesTo(log, outlets),
        reply: (topic, payload) => {
          publishTopic(outlets, topic, payload, `${topic}-${this.n}-${this.#pipeline.seq}`);
        },
        onError: (error) => {
          this.#lose({ why: 'pipeline', error });
        },
      },
      state,
    );
    this.#source = await openSource(nats, {
      names,
      n: this.n,
      prefix: partitionPrefix(this.n),
      after: seq,
      commands: site.commands.mqtt,
      onEntry: (entry) => this.#take(entry),
      onError: (error) => {
        this.#lose({ why: 'server', error });
      },
    });
    this.#schedule();
  }

  #take(entry: PartitionEntry): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#entryAt = performance.now();
    this.#pending = entry.pending;
    if (entry.kind !== 'tick') this.#changed = true;
    this.#pipeline.take(entry);
    if (entry.pending === 0 && this.#behind) this.#reportUpToDate();
    return this.#publisher.waiting > MAX_WAITING ? this.#publisher.settled() : undefined;
  }

  /** Logs readings that the server has deleted before any worker has processed them. */
  async #reportGap(seq: number): Promise<void> {
    const { nats, names, log } = this.#options;
    const { first_seq: first } = (await nats.jsm.streams.info(names.readings)).state;
    if (seq === 0 || first <= seq + 1) return;
    log(
      'error',
      { partition: this.n, from: seq + 1, until: first - 1 },
      'the server has deleted readings before they were processed; raise cluster.max_megabytes',
    );
  }

  #reportUpToDate(): void {
    this.#behind = false;
    const ms = Math.round(performance.now() - this.#startedAt);
    this.#options.log('info', { partition: this.n, seq: this.seq, ms }, 'partition up to date');
  }

  #schedule(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      void this.#save().then(() => {
        this.#schedule();
      });
    }, this.#options.checkpointMs);
  }

  /** Saves the state if messages have come since. False: the partition is lost. One at a time. */
  #save(): Promise<boolean> {
    this.#checkpoint = this.#checkpoint.then(async () => {
      if (this.#ended) return false;
      const isDue = this.#changed || performance.now() - this.#savedAt >= IDLE_SAVE_MS;
      if (this.seq === this.#savedSeq || !isDue) return true;
      try {
        return await this.#write();
      } catch (error) {
        this.#lose({ why: 'server', error });
        return false;
      }
    });
    return this.#checkpoint;
  }

  async #write(): Promise<boolean> {
    const { held, store } = this.#options;
    this.#changed = false;
    this.#savedAt = performance.now();
    const state = this.#pipeline.state();
    const bytes = stateBytes(state);
    await this.#publisher.settled();
    const { state: before } = held.record;
    const first = this.#savedSeq === 0 || !before?.name.includes(`-${held.epoch}-`);
    const ref = await this.#retried(() => store.put(this.n, held.epoch, before, bytes));
    if (this.#ended) return false;
    if (!(await held.save(state.seq, ref))) {
      this.#lose({ why: 'taken' });
      return false;
    }
    this.#savedSeq = state.seq;
    this.saved.count++;
    this.saved.bytes += bytes.length;
    // What an earlier claim has left is not needed any more. If it cannot be removed now, it only takes up space.
    if (first && before !== null) await store.remove(before).catch(() => undefined);
    return true;
  }

  /** While the server is away, up to 30 s: then the partition is given up. */
  async #retried<T>(attempt: () => Promise<T>): Promise<T> {
    const until = performance.now() + MAX_WAIT_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (this.#ended || performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  #lose(loss: Loss): void {
    if (this.#ended) return;
    this.#end();
    void this.#source?.stop().catch(() => undefined);
    this.#options.onLost(loss);
  }

  #end(): void {
    this.#ended = true;
    this.#clearTimer();
    this.#publisher.close();
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may not be restored yet
    this.#pipeline?.stop();
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

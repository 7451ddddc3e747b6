import { partitionPrefix } from '../../config/cluster-layout.ts';
import type { Nats } from '../../io/nats/connection.ts';
import { EventPublisher } from '../../io/nats/event-publisher.ts';
import type { Names } from '../../io/nats/names.ts';
import { openSource, type PartitionEntry, type PartitionSource } from '../../io/nats/partition-source.ts';
import type { Held } from '../../io/nats/partition-table.ts';
import type { StateStore } from '../../io/nats/state-store.ts';
import type { Turns } from '../../io/nats/turns.ts';
import type { Log } from '../../log.ts';
import type { Reply } from '../commands/reply.ts';
import type { PipelineView } from '../pipeline/view.ts';
import { CatchUp } from './catch-up.ts';
import { alertsTo, anomaliesTo, publishTopic } from './partition-outlets.ts';
import { PartitionPipeline, type PartitionOptions } from './partition-pipeline.ts';
import { PartitionCheckpoints, type Loss } from './partition-checkpoints.ts';
import { stateFrom } from './partition-state.ts';
import type { SiteAnswers } from './site-answers.ts';

export interface RunOptions {
  readonly nats: Nats;
  readonly names: Names;
  readonly store: StateStore;
  readonly held: Held;
  readonly checkpointMs: number;
  /** Those of the worker: restoring and saving get one each. */
  readonly turns: Turns;
  readonly pipeline: Omit<PartitionOptions, 'alerts' | 'anomaliesOver' | 'reply' | 'replyForSite' | 'onError'>;
  /** Takes the answers to commands for the whole site; null without commands over MQTT. */
  readonly answers: Pick<SiteAnswers, 'send'> | null;
  readonly log: Log;
  /** It ends without a hand-over: another worker has the partition, the server did not answer in time, or the pipeline has failed. */
  readonly onLost: (loss: Loss) => void;
}

/** The periodic check for silence of a partition without messages. */
const IDLE_MS = 5_000;
/** Beyond so many alerts without an answer of the server the next message waits. */
const MAX_WAITING = 1_000;
/** After so many messages of a former worker the state is saved at once: else the next failure repeats them, and those since. */
const REPEATED = 100;
/** The first checkpoints of partitions that were taken together are spread over the time between two. */
const PHASES = 8;

/** One partition while this worker has it: from the state of its checkpoint and the messages after that. */
export class PartitionRun {
  readonly n: number;
  readonly #options: RunOptions;
  readonly #publisher: EventPublisher;
  /** Absent before it is restored. */
  #pipeline!: PartitionPipeline;
  #source: PartitionSource | null = null;
  readonly #checkpoints: PartitionCheckpoints;
  #timer: NodeJS.Timeout | null = null;
  #entryAt = performance.now();
  #ended = false;
  readonly #catchUp = new CatchUp();

  private constructor(options: RunOptions) {
    this.#options = options;
    this.n = options.held.n;
    this.#publisher = new EventPublisher(options.nats);
    const { held, store, turns } = options;
    this.#checkpoints = new PartitionCheckpoints({
      ...{ held, store, turns },
      seq: () => this.seq,
      state: () => this.#pipeline.state(),
      published: () => this.#publisher.settled(),
      hasEnded: () => this.#ended,
      onLost: (loss) => {
        this.#lose(loss);
      },
    });
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
    return this.#catchUp.pending;
  }

  /** Age of the last processed message, ms, while others wait behind it. */
  lagMs(now: number): number {
    return this.#catchUp.lagMs(now);
  }

  /** Resolves with the first message that is processed, or when none waits, or with the end. */
  get begun(): Promise<void> {
    return this.#catchUp.begun;
  }

  /** Checkpoints so far. */
  get saved(): PartitionCheckpoints['saved'] {
    return this.#checkpoints.saved;
  }

  /** Alerts that no server has yet. */
  get waiting(): number {
    return this.#publisher.waiting;
  }

  /** Publishes a tick of the clock into the stream if nothing has come for a while: silence of sensors is found by it. */
  tickIfIdle(): void {
    const idle = performance.now() - this.#entryAt >= IDLE_MS && this.pending === 0;
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
    const saved = await this.#checkpoints.save();
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
    const { held, store, pipeline, nats, names, turns } = this.#options;
    const { state: ref, seq } = held.record;
    // What killed workers and imports have left. If it cannot be removed now, the next claim does it.
    void store.removeBefore(this.n, held.epoch, ref).catch(() => undefined);
    const [bytes] = await Promise.all([ref === null ? null : store.get(ref), this.#reportGap(seq)]);
    await turns.next(true);
    const state = bytes === null ? null : stateFrom(bytes);
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
        replyForSite: (payload) => {
          const { seq, view } = this.#pipeline;
          const reply = JSON.parse(payload) as Reply;
          this.#options.answers?.send({ seq, partition: this.n, streams: view.monitors().length, reply });
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
      turns,
      onEntry: (entry) => this.#take(entry),
      onError: (error) => {
        this.#lose({ why: 'server', error });
      },
    });
    this.#entryAt = performance.now();
    this.#catchUp.open(this.#source.pending);
    this.#schedule((this.#options.checkpointMs * (1 + (this.n % PHASES))) / PHASES);
  }

  #take(entry: PartitionEntry): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#entryAt = performance.now();
    if (entry.kind !== 'tick') this.#checkpoints.changed();
    this.#pipeline.take(entry);
    if (this.#catchUp.take(entry)) this.#upToDate();
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

  #upToDate(): void {
    const { entries, ms } = this.#catchUp;
    this.#options.log('info', { partition: this.n, seq: this.seq, entries, ms }, 'partition up to date');
    if (entries >= REPEATED) void this.#checkpoints.save();
  }

  #schedule(ms: number): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      void this.#checkpoints.save().then(() => {
        this.#schedule(this.#options.checkpointMs);
      });
    }, ms);
  }

  #lose(loss: Loss): void {
    if (this.#ended) return;
    this.#end();
    void this.#source?.stop().catch(() => undefined);
    this.#options.onLost(loss);
  }

  #end(): void {
    this.#ended = true;
    this.#catchUp.end();
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

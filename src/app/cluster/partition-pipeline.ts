import { Subject, type Subscription } from 'rxjs';
import type { Site } from '../../config/schema/site.ts';
import type { PartitionEntry } from '../../io/nats/partition-source.ts';
import { AnomalyLog } from '../../io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../io/sqlite/tables/command-log.ts';
import { openInMemory, type Database } from '../../io/sqlite/database.ts';
import { Retention } from '../../io/sqlite/upkeep/retention.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { Message } from '../../stream/message.ts';
import type { AlertPort, AnomalyLogPort, CommandRequest } from '../../stream/ports/ports.ts';
import { SLUG } from '../../stream/names/slug.ts';
import { commandTopicsOf } from '../broker-options.ts';
import { calendarsOf } from '../calendars.ts';
import { pipeline } from '../pipeline.ts';
import type { PipelineControl } from '../pipeline/control.ts';
import type { Tallies } from '../pipeline/tallies.ts';
import type { PipelineView } from '../pipeline/view.ts';
import { fieldsOf } from './learned/fields.ts';
import { SnapshotMap, StreamLedger } from './partition-ports.ts';
import type { PartitionState } from './partition-state.ts';

export interface PartitionOptions {
  /** With the groups of this partition only. */
  readonly site: Site;
  /** Series of groups in other partitions: a reading of them that comes here is rejected. */
  readonly elsewhere: readonly string[];
  readonly kernel: Kernel | null;
  readonly log: Log;
  readonly tallies: Tallies;
  readonly alerts: AlertPort;
  /** Puts another outlet beside the log of anomalies. */
  readonly anomaliesOver: (log: AnomalyLogPort) => AnomalyLogPort;
  /** Publishes the answer to a command for a series on its topic. */
  readonly reply: (topic: string, payload: string) => void;
  /** Takes the answer to a command for the whole site, which all partitions answer. */
  readonly replyForSite: (payload: string) => void;
  readonly onError: (error: unknown) => void;
}

/** The database of a partition is part of each checkpoint. It keeps open alarms and the newest rows; the streams keep the rest. */
const MAX_DATABASE_BYTES = 1_000_000;
const QUARANTINE_ROWS = 20;

/**
 * The pipeline of one partition: the same as that of the service, behind other ports. Everything that changes it is an entry of the
 * stream, with the time of the stream: the same entries give the same bits on every worker, and again after a takeover.
 */
export class PartitionPipeline {
  readonly #options: PartitionOptions;
  readonly #messages$ = new Subject<Message>();
  readonly #clock$ = new Subject<number>();
  readonly #wake$ = new Subject<number>();
  readonly #requests$ = new Subject<CommandRequest>();
  readonly #db: Database;
  readonly #retention: Retention;
  readonly #snapshots: SnapshotMap;
  readonly #ledger: StreamLedger;
  readonly #subscription: Subscription;
  #control!: PipelineControl;
  #view!: PipelineView;

  /** `state`: of the last checkpoint; null for a new partition. Throws an `AppError` where it cannot be read. */
  constructor(options: PartitionOptions, state: PartitionState | null) {
    const { site, elsewhere, kernel, log, tallies, alerts, anomaliesOver, onError } = options;
    this.#options = options;
    this.#db = openInMemory(state?.database ?? null);
    this.#retention = new Retention(this.#db, {
      maxAgeMs: site.retention.keep === 'forever' ? null : site.retention.keep,
      maxBytes: MAX_DATABASE_BYTES,
      maxHistoryBytes: 0,
    });
    this.#snapshots = new SnapshotMap(state?.snapshots ?? []);
    this.#ledger = new StreamLedger(state?.seq ?? 0);
    const { schedule, isHoliday, holidaysKey } = calendarsOf(site);
    const ports = {
      messages$: this.#messages$,
      alerts,
      anomalyLog: anomaliesOver(new AnomalyLog(this.#db, { quarantineRows: QUARANTINE_ROWS })),
      snapshots: this.#snapshots,
      ledger: this.#ledger,
      commands: { requests$: this.#requests$, log: new CommandLog(this.#db) },
      ...(schedule.isEmpty ? {} : { maintenance: schedule }),
    };
    this.#subscription = pipeline(site, ports, {
      log,
      kernel,
      clock$: this.#clock$,
      listening$: this.#wake$,
      isHoliday,
      holidaysKey,
      tallies,
      reserved: elsewhere,
      ...(state === null ? {} : { since: state.moment }),
      onControl: (control) => (this.#control = control),
      onStart: (view) => (this.#view = view),
    }).subscribe({ error: onError });
  }

  /** Sequence of the last entry. */
  get seq(): number {
    return this.#ledger.seq;
  }

  get view(): PipelineView {
    return this.#view;
  }

  /** Whether there is anything that a tick of the clock could change. */
  get hasStreams(): boolean {
    return this.#view.monitors().length > 0;
  }

  take(entry: PartitionEntry): void {
    const { kind, seq, at, topic, payload } = entry;
    this.#ledger.seq = seq;
    if (kind === 'tick') this.#clock$.next(at);
    else if (kind === 'wake') this.#wake$.next(at);
    else if (kind === 'reading')
      this.#messages$.next({ topic, payload, receivedAt: at, retained: false, redelivered: false });
    else this.#command(entry);
  }

  /** Carries out a command that is no entry of the stream, as the next one: for a partition that no worker has. */
  carryOut(request: Omit<CommandRequest, 'at'>): void {
    this.#requests$.next({ ...request, at: this.#control.now() });
  }

  /** All that it has learned and remembers, now. */
  state(): PartitionState {
    this.#control.saveNow();
    const moment = this.#control.moment();
    while (Number.isFinite(moment.now) && this.#retention.step(moment.now)) {
      // Old rows go in steps.
    }
    return { seq: this.seq, moment, snapshots: this.#snapshots.all(), database: this.#db.serialize() };
  }

  /** Ends without saving. */
  stop(): void {
    this.#control.handOver();
    this.#subscription.unsubscribe();
    this.#db.close();
  }

  /** Each partition reads all commands. It carries out those for its own series, and those for the whole site but export. */
  #command({ seq, at, topic, payload }: PartitionEntry): void {
    const topics = commandTopicsOf(this.#options.site);
    if (topics?.accepts(topic) !== true) return;
    const ofTopic = topics.seriesOf(topic);
    const { command, series = null } = fieldsOf(payload);
    const named = ofTopic ?? series;
    if (command === 'export' || (named !== null && !this.#has(named))) return;
    this.#requests$.next({
      at,
      source: 'mqtt',
      series: ofTopic === null || SLUG.test(ofTopic) ? ofTopic : '',
      payload,
      message: null,
      row: null,
      seq,
      reply: (answer) => {
        if (named === null) this.#options.replyForSite(answer);
        else this.#options.reply(topics.replyTopic(ofTopic), answer);
      },
    });
  }

  #has(name: string): boolean {
    return this.#view
      .monitors()
      .some(({ stream, series }) => stream === name || series.some(({ slug }) => slug === name));
  }
}

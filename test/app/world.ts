import { Subject, type Subscription } from 'rxjs';
import type { PipelineControl, Resumed } from '../../src/app/pipeline/control.ts';
import type { Processor } from '../../src/app/pipeline/load/overload-control.ts';
import { Tallies } from '../../src/app/pipeline/tallies.ts';
import type { PipelineView } from '../../src/app/pipeline/view.ts';
import { pipeline } from '../../src/app/pipeline.ts';
import { siteSchema, type Site } from '../../src/config/schema/site.ts';
import type { AnomalyEvent } from '../../src/detect/episode/anomaly.ts';
import type { Habit } from '../../src/detect/episode/habit.ts';
import type { ModeReturn } from '../../src/detect/episode/operating-mode.ts';
import type { EpisodeRecord, IncidentEvent } from '../../src/detect/episode/incidents.ts';
import type { Reading } from '../../src/detect/reading.ts';
import type { Kernel } from '../../src/nn/kernel.ts';
import type { Message } from '../../src/stream/message.ts';
import { PASSING_LEDGER } from '../../src/stream/ports/passing-ledger.ts';
import type {
  Entry,
  LedgerPort,
  Origin,
  Ports,
  Rejected,
  SeriesState,
  Snapshot,
  StreamAction,
} from '../../src/stream/ports/ports.ts';

/** A site from what differs; keys as in a file. */
export const siteOf = (rest: Readonly<Record<string, unknown>> = {}): Site =>
  siteSchema.parse({
    site: 'test',
    mqtt: { url: 'mqtt://localhost' },
    inputs: [{ topic: 's/+', name: '{1}' }],
    ...rest,
  });

export interface NoteLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** The result of the pipeline for one reading. */
export interface Answer {
  readonly stream: string;
  readonly series: string;
  readonly at: number;
  readonly value: number;
  readonly score: number | null;
}

/** A ledger that keeps all entries, each in its own row, for a later pipeline. */
export class Tape implements LedgerPort {
  private readonly rows: { readonly seq: number; readonly entry: Entry }[] = [];
  private readonly origins = new Map<string, Origin>();
  /** The row up to which it was trimmed. */
  trimmed = 0;
  readonly droppedWrites = 0;

  get seq(): number {
    return this.rows.length;
  }

  admit(): boolean {
    return true;
  }

  recordReadings(source: number, readings: readonly Reading[], originOf: (series: string) => Origin): void {
    if (readings.length === 0) return;
    for (const { series } of readings) this.origins.set(series, originOf(series));
    this.add({ kind: 'message', source, readings: [...readings] });
  }

  recordTick(at: number): void {
    this.add({ kind: 'tick', at });
  }

  recordDowntime(at: number, downtimeMs: number): void {
    this.add({ kind: 'downtime', at, downtimeMs });
  }

  recordTrainingRate(learnEvery: number): void {
    this.add({ kind: 'training_rate', learnEvery });
  }

  recordCommand(at: number, action: StreamAction): void {
    this.add({ kind: 'command', at, action });
  }

  write(task: () => void, afterwards?: () => void): void {
    task();
    afterwards?.();
  }

  onOverflow(): void {
    // It keeps everything.
  }

  entries(after = 0): { readonly seq: number; readonly entry: Entry }[] {
    return this.rows.slice(this.trimmed).filter(({ seq }) => seq > after);
  }

  originOf(series: string): Origin | null {
    return this.origins.get(series) ?? null;
  }

  trim(seq: number): void {
    this.trimmed = seq;
  }

  private add(entry: Entry): void {
    this.rows.push({ seq: this.rows.length + 1, entry });
  }
}

/** A pipeline between plain ports that record all calls, in one list and each in its own. */
export class World {
  readonly messages$ = new Subject<Message>();
  readonly clock$ = new Subject<number>();
  readonly wake$ = new Subject<number>();
  readonly journal: string[] = [];
  readonly answers: Answer[] = [];
  readonly events: AnomalyEvent[] = [];
  readonly incidents: IncidentEvent[] = [];
  readonly habits: Habit[] = [];
  readonly modes: ModeReturn[] = [];
  /** The stored habits of each stream. */
  readonly habitRows = new Map<string, readonly Habit[]>();
  readonly rows = new Map<string, EpisodeRecord>();
  readonly states: SeriesState[] = [];
  readonly tallies = new Tallies();
  view: PipelineView | null = null;
  readonly flushes: (readonly Rejected[])[] = [];
  readonly saves: (readonly Snapshot[])[] = [];
  /** The newest of each stream, for a restarted pipeline. */
  readonly snapshots = new Map<string, Snapshot>();
  readonly notes: NoteLine[] = [];
  error: unknown = null;
  completed = false;
  control!: PipelineControl;
  private readonly subscription: Subscription;

  constructor(
    site: Site,
    changed: Partial<Ports> = {},
    kept: Iterable<Snapshot> = [],
    kernel: Kernel | null = null,
    processor?: Processor,
    resumed?: Resumed,
  ) {
    for (const snapshot of kept) this.snapshots.set(snapshot.stream, snapshot);
    const keep = (snapshot: Snapshot): void => {
      this.snapshots.set(snapshot.stream, snapshot);
    };
    const ports: Ports = {
      messages$: this.messages$,
      alerts: {
        state: (state) => this.states.push(state),
        event: (event) => {
          this.journal.push(`alert ${event.phase} ${event.anomaly.stream}`);
          this.events.push(event);
        },
        incident: (event) => this.incidents.push(event),
        habit: (habit) => {
          this.journal.push(`alert habit ${habit.stream}`);
          this.habits.push(habit);
        },
        mode: (mode) => {
          this.journal.push(`alert mode ${mode.stream}`);
          this.modes.push(mode);
        },
      },
      anomalyLog: {
        record: (news) => {
          this.journal.push(`row ${news.anomaly.id}, ${news.anomaly.endedBy ?? 'open'}`);
          this.rows.set(news.anomaly.id, news);
        },
        recordIncident: () => undefined,
        recordHabit: ({ id }) => this.journal.push(`row ${id}, habit`),
        recordHabitsOf: (stream, habits) => this.habitRows.set(stream, habits),
        recordModesOf: (stream, modes) => {
          if (modes.length > 0) this.journal.push(`modes of ${stream}`);
        },
        openIncidents: () => [],
        quarantine: (rejected) => this.flushes.push([...rejected]),
      },
      snapshots: {
        streams: () => [...this.snapshots.keys()],
        load: (stream) => {
          const snapshot = this.snapshots.get(stream);
          return { whole: snapshot === undefined ? [] : [snapshot], damaged: 0 };
        },
        save: (snapshots) => {
          this.saves.push(snapshots);
          snapshots.forEach(keep);
        },
        replace: keep,
        oldest: () => null,
        before: () => [],
        forgetSince: () => undefined,
      },
      ledger: PASSING_LEDGER,
      ...changed,
    };
    const log = (level: string, fields: Readonly<Record<string, unknown>>, message: string): void => {
      this.notes.push({ level, fields, message });
    };
    this.subscription = pipeline(site, ports, {
      log,
      kernel,
      clock$: this.clock$,
      listening$: this.wake$,
      tallies: this.tallies,
      onStart: (view) => (this.view = view),
      ...(processor && { processor }),
      ...(resumed && { resumed }),
      onControl: (control) => {
        this.control = control;
      },
    }).subscribe({
      next: ({ monitor, reading: { series, at, value }, verdict }) => {
        this.answers.push({ stream: monitor.stream, series, at, value, score: verdict?.score ?? null });
      },
      error: (error: unknown) => {
        this.error = error;
      },
      complete: () => {
        this.completed = true;
      },
    });
  }

  /** A log in which another pipeline finds the incidents that this one left open. */
  logAfter(): Ports['anomalyLog'] {
    const newest = new Map(this.incidents.map((news) => [news.incident.id, news]));
    const open = [...newest.values()].filter(({ phase }) => phase !== 'closed');
    const membersOf = (id: string): EpisodeRecord[] =>
      [...this.rows.values()].filter(({ anomaly }) => anomaly.incident === id);
    return {
      record: () => undefined,
      recordIncident: () => undefined,
      recordHabit: () => undefined,
      recordHabitsOf: () => undefined,
      recordModesOf: () => undefined,
      openIncidents: () => open.map(({ incident }) => ({ ...incident, members: membersOf(incident.id) })),
      quarantine: () => undefined,
    };
  }

  send(topic: string, payload: string | object, rest: Partial<Message> & { readonly receivedAt: number }): void {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    this.messages$.next({
      topic,
      payload: new TextEncoder().encode(text),
      retained: false,
      redelivered: false,
      ...rest,
    });
  }

  stop(): void {
    this.subscription.unsubscribe();
  }

  /** Of all notes those of this level. */
  said(level: string): readonly string[] {
    return this.notes.filter((note) => note.level === level).map(({ message }) => message);
  }

  /** Rejects by reason, as logged at the end. */
  get refused(): unknown {
    return this.notes.find(({ message }) => message === 'rejects and notes by reason')?.fields['counts'];
  }
}

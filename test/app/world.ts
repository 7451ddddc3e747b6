import { Subject, type Subscription } from 'rxjs';
import { pipeline } from '../../src/app/pipeline.ts';
import { siteSchema, type Site } from '../../src/config/schema.ts';
import type { AnomalyEvent } from '../../src/detect/anomaly.ts';
import type { IncidentEvent } from '../../src/detect/incidents.ts';
import type { Kernel } from '../../src/nn/kernel.ts';
import type { Message } from '../../src/stream/message.ts';
import type { Ports, Rejected, SeriesState, Snapshot } from '../../src/stream/ports.ts';

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

/** A reading as the pipeline answered it. */
export interface Answer {
  readonly stream: string;
  readonly series: string;
  readonly at: number;
  readonly value: number;
  readonly score: number | null;
}

/** A pipeline between plain ports that keep all they are told, in one journal and each by itself. */
export class World {
  readonly messages$ = new Subject<Message>();
  readonly clock$ = new Subject<number>();
  readonly journal: string[] = [];
  readonly answers: Answer[] = [];
  readonly events: AnomalyEvent[] = [];
  readonly incidents: IncidentEvent[] = [];
  readonly rows = new Map<string, AnomalyEvent>();
  readonly states: SeriesState[] = [];
  readonly flushes: (readonly Rejected[])[] = [];
  readonly saves: (readonly Snapshot[])[] = [];
  /** The newest of each stream; what a restarted pipeline would find. */
  readonly snapshots = new Map<string, Snapshot>();
  readonly notes: NoteLine[] = [];
  error: unknown = null;
  completed = false;
  private readonly subscription: Subscription;

  constructor(site: Site, changed: Partial<Ports> = {}, kept: Iterable<Snapshot> = [], kernel: Kernel | null = null) {
    for (const snapshot of kept) this.snapshots.set(snapshot.stream, snapshot);
    const keep = (snapshot: Snapshot): unknown => this.snapshots.set(snapshot.stream, snapshot);
    const ports: Ports = {
      messages$: this.messages$,
      alerts: {
        state: (state) => this.states.push(state),
        event: (event) => {
          this.journal.push(`alert ${event.phase} ${event.anomaly.stream}`);
          this.events.push(event);
        },
        incident: (event) => this.incidents.push(event),
      },
      anomalyLog: {
        record: (event, snapshot) => {
          this.journal.push(`row ${event.phase} ${event.anomaly.stream} with the snapshot of ${snapshot.stream}`);
          this.rows.set(event.anomaly.id, event);
          keep(snapshot);
        },
        recordIncident: () => undefined,
        inOpenIncidents: () => [],
        quarantine: (rejected) => this.flushes.push([...rejected]),
      },
      snapshots: {
        streams: () => [...this.snapshots.keys()],
        load: (stream) => this.snapshots.get(stream) ?? null,
        save: (snapshots) => {
          this.saves.push(snapshots);
          snapshots.forEach(keep);
        },
        before: () => [],
        forgetSince: () => undefined,
      },
      ...changed,
    };
    const note = (level: string, fields: Readonly<Record<string, unknown>>, message: string): void => {
      this.notes.push({ level, fields, message });
    };
    this.subscription = pipeline(site, ports, { note, kernel, clock$: this.clock$ }).subscribe({
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

  /** How many were refused, by reason, as told at the end. */
  get refused(): unknown {
    return this.notes.find(({ message }) => message === 'refused or remarked on, by reason')?.fields['counts'];
  }
}

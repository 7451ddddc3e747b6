import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { Health } from '../../stream/health.ts';
import { Times } from './load/processing-times.ts';

/** Counts since the start of the service. The pipeline adds to them; they continue when it is restarted. */
export class Tallies {
  /** Readings that were scored. */
  readings = 0;
  /** Ticks of the clock that have passed through the whole pipeline, also those without a broker. */
  ticks = 0;
  /** Readings that were scored, but not used for training because of the CPU load. */
  untrained = 0;
  habits = 0;
  readonly commands = { done: 0, refused: 0 };
  /** Announcements of devices that they are offline, or online again. */
  readonly availability = { offline: 0, online: 0 };
  /** Of the site file, while the service runs. */
  readonly reloads = { done: 0, failed: 0 };
  /** Time for a message, by how much the networks train. */
  readonly processing: Readonly<Record<Health['learning'], Times>> = {
    full: new Times(),
    reduced: new Times(),
    off: new Times(),
  };
  /** Rejects and notes, by reason. */
  readonly rejected = new Map<string, number>();
  /** Alarms that opened, muted ones too; by kind, then severity at the opening. */
  readonly alarms = new Map<string, Map<string, number>>();

  /** Counts a reading; `trainingSkipped`: the network did not train on it because of the CPU load. */
  reading(trainingSkipped: boolean): void {
    this.readings++;
    if (trainingSkipped) this.untrained++;
  }

  /** Counts readings, and those of them that were not used for training. */
  add(readings: number, untrained: number): void {
    this.readings += readings;
    this.untrained += untrained;
  }

  alarm({ phase, anomaly: { kind, severity } }: AnomalyEvent): void {
    if (phase !== 'opened') return;
    let bySeverity = this.alarms.get(kind);
    if (bySeverity === undefined) this.alarms.set(kind, (bySeverity = new Map<string, number>()));
    bySeverity.set(severity, (bySeverity.get(severity) ?? 0) + 1);
  }
}

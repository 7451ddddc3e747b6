import type { Anomaly, AnomalyEvent } from '../../../detect/episode/anomaly.ts';
import type { IncidentEvent, Incidents } from '../../../detect/episode/incidents.ts';
import type { AlertPort, AnomalyLogPort, CommandLogPort, HeldBack, LedgerPort } from '../../../stream/ports/ports.ts';
import type { Mutes } from '../../commands/mutes.ts';
import type { StreamLog } from '../log/stream-log.ts';

interface AlertPorts {
  readonly alerts: AlertPort;
  readonly anomalyLog: AnomalyLogPort;
  readonly ledger: LedgerPort;
}

export interface AlertPublisherOptions {
  readonly incidents: Incidents;
  readonly mutes: Mutes;
  readonly streamLog: StreamLog;
  readonly commandLog: CommandLogPort | undefined;
  /** Display name of a series, which the database does not have. */
  readonly labelOf: (series: string) => string | undefined;
}

/** Writes the rows of episodes and incidents, then publishes the alerts, unless a mute or maintenance holds them back. */
export class AlertPublisher {
  private readonly ports: AlertPorts;
  private readonly options: AlertPublisherOptions;
  /** Open episodes that are held back, of this run: the database may not have them yet. */
  private readonly held = new Map<string, Anomaly>();

  constructor(ports: AlertPorts, options: AlertPublisherOptions) {
    this.ports = ports;
    this.options = options;
  }

  /** An event of an episode, which arrived at `receivedAt`. An episode whose opening is held back belongs to no incident. */
  episode(found: AnomalyEvent, receivedAt: number): void {
    const { ports, options } = this;
    let change: HeldBack | null | undefined;
    const held = options.mutes.holdsBack(found, receivedAt, (what) => (change = what));
    const taken = held === 'opened' ? null : options.incidents.take(found, receivedAt);
    const event = taken === null ? found : { ...found, anomaly: { ...found.anomaly, incident: taken.id } };
    ports.ledger.write(() => {
      ports.anomalyLog.record({ anomaly: event.anomaly, at: event.at, receivedAt });
      if (change !== undefined) options.commandLog?.setHeldBack(event.anomaly.id, change);
    });
    if (held !== null && event.phase !== 'closed') this.held.set(event.anomaly.id, event.anomaly);
    else this.held.delete(event.anomaly.id);
    if (held === null) ports.alerts.event(event);
    options.streamLog.alarm(event, receivedAt);
    taken?.events.forEach((each) => {
      this.incident(each, receivedAt);
    });
  }

  /** An incident that gets worse is published unless the alerts of all its series are held back. */
  incident(event: IncidentEvent, at: number): void {
    const { ports, options } = this;
    const { phase, incident } = event;
    ports.ledger.write(() => {
      ports.anomalyLog.recordIncident(event);
    });
    const muted = phase === 'updated' && incident.series.every((series) => options.mutes.covers(series, series, at));
    if (!muted) ports.alerts.incident(event);
  }

  /** Removes the mutes that have ended at `at`, and publishes the alerts that were held back and are still due. */
  endMutes(at: number): void {
    const { ports, options } = this;
    const expired = options.mutes.expired(at);
    if (expired.length === 0) return;
    ports.ledger.write(() => {
      for (const scope of expired) options.commandLog?.removeMute(scope);
    });
    this.release(at);
  }

  /** Publishes the alerts of open episodes that nothing holds back any more. */
  release(at: number): void {
    const { ports, options } = this;
    for (const [id, phase] of [...options.mutes.waiting]) {
      const anomaly = this.held.get(id) ?? options.commandLog?.episode(id) ?? null;
      if (anomaly === null || options.mutes.covers(anomaly.stream, anomaly.series, at)) continue;
      options.mutes.release(id);
      ports.ledger.write(() => options.commandLog?.setHeldBack(id, null));
      if (anomaly.endAt !== null) continue;
      const label = options.labelOf(anomaly.series);
      this.episode({ phase, at, anomaly: { ...anomaly, ...(label === undefined ? {} : { label }) } }, at);
    }
  }
}

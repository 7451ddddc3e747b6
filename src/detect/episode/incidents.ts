import type { Anomaly, AnomalyEvent, EpisodePhase, Severity } from './anomaly.ts';

/** Episodes of a site that opened together: one notification instead of one for each. */
export interface Incident {
  /** Id of its first episode. */
  readonly id: string;
  readonly startAt: number;
  /** When its last episode ended; null while one is open. */
  readonly endAt: number | null;
  /** The highest severity that any of its episodes has reached. */
  readonly severity: Severity;
  readonly episodes: number;
  readonly open: number;
  /** The series that led its episodes, in the order in which they joined; the first `MAX_SERIES`. */
  readonly series: readonly string[];
  /** Reason of its first episode when that episode opened. */
  readonly reason: string;
}

export interface IncidentEvent {
  readonly phase: EpisodePhase;
  readonly at: number;
  readonly incident: Incident;
}

/** An episode as of its newest event. */
export interface EpisodeRecord {
  readonly anomaly: Anomaly;
  /** Time of that event. */
  readonly at: number;
  /** When the reading that caused the event arrived. */
  readonly receivedAt: number;
}

/** An incident that is not closed, as of its newest event. */
export interface OpenIncident extends Pick<Incident, 'id' | 'severity' | 'episodes' | 'reason'> {
  /** All of its episodes, in the order in which they joined. */
  readonly members: readonly EpisodeRecord[];
}

export interface IncidentsOptions {
  /** Episodes that open within this time after the first one join the incident. */
  readonly windowMs: number;
  /** The incident closes when all of its episodes have been closed for this long; until then the same fault rejoins it. */
  readonly coolDownMs: number;
}

const MAX_SERIES = 20;
const SEVERITIES: readonly Severity[] = ['minor', 'major', 'critical'];

/** An incident that is not closed. */
interface State {
  readonly id: string;
  readonly beganAt: number;
  readonly reason: string;
  readonly series: Set<string>;
  /** The newest episode of this incident at each place (`placeOf`). */
  readonly members: Map<string, Anomaly>;
  startAt: number;
  severity: Severity;
  episodes: number;
  /** When the last episode closed, in the stream's time and in time of arrival; NaN while one is open. */
  quietAt: number;
  quietReceivedAt: number;
  /** `versionOf` the newest event that was published. */
  published: string;
}

/**
 * Groups the episodes of a site into incidents, so that a disturbance of the whole site is one notification.
 *
 * - An episode that opens within `window` after the first one of an incident joins it.
 * - After the window only the same fault rejoins: the same place, series and main cause, within `coolDown` of its end.
 *   Any other episode begins a new incident.
 * - An incident closes when all of its episodes have been closed for `coolDown`, or at once when each of its places has an
 *   episode in a newer incident.
 * - `opened` and `closed` are published once, `updated` at most once a tick, when the number of episodes or the severity
 *   has changed.
 *
 * Episodes are grouped by the streams' own times, so that a replay gives the same incidents as the service; the time of
 * arrival decides when an event is published. Memory is bounded: a place belongs to one incident, and each incident has
 * at least one place.
 */
export class Incidents {
  private readonly options: IncidentsOptions;
  private readonly incidents = new Map<string, State>(); // by id
  private readonly byPlace = new Map<string, State>(); // the incident of the newest episode at each place

  constructor(options: IncidentsOptions) {
    this.options = options;
  }

  /** Continues the incidents that were open when the service stopped. */
  restore(incidents: Iterable<OpenIncident>): void {
    const members: [State, Anomaly][] = [];
    for (const { id, severity, episodes, reason, members: records } of incidents) {
      if (records.length === 0) continue;
      const incident = this.begin(id, records[0].anomaly.openedAt, reason);
      incident.severity = severity;
      incident.episodes = records.length;
      incident.published = versionOf(episodes, severity);
      const last = records.reduce((latest, record) => (record.receivedAt >= latest.receivedAt ? record : latest));
      incident.quietAt = last.at;
      incident.quietReceivedAt = last.receivedAt;
      for (const { anomaly } of records) members.push([incident, anomaly]);
    }
    // A place belongs to the incident of its newest episode.
    members.sort(([, a], [, b]) => a.openedAt - b.openedAt);
    for (const [incident, anomaly] of members) this.put(incident, anomaly);
    for (const incident of this.incidents.values())
      if (this.openIn(incident) > 0) incident.quietAt = incident.quietReceivedAt = NaN;
  }

  /** Adds an episode's event, which arrived at `now`: the id of its incident, and the incident events to publish. */
  take(
    { phase, at, anomaly }: AnomalyEvent,
    now: number,
  ): { readonly id: string; readonly events: readonly IncidentEvent[] } {
    const events: IncidentEvent[] = [];
    const place = placeOf(anomaly);
    let incident = this.byPlace.get(place);
    if (phase !== 'opened') {
      if (incident !== undefined) this.update(incident, anomaly, at, now);
      return { id: incident?.id ?? anomaly.id, events };
    }
    if (incident !== undefined && !this.admits(incident, anomaly, at)) {
      this.byPlace.delete(place);
      if (Number.isNaN(incident.quietAt)) this.setQuiet(incident, at, now);
      if (this.isOver(incident, at) || !this.hasPlace(incident)) events.push(this.close(incident, now));
      incident = undefined;
    }
    incident ??= this.newestAt(at);
    const isNew = incident === undefined;
    incident ??= this.begin(anomaly.id, at, anomaly.reason);
    incident.episodes++;
    this.update(incident, anomaly, at, now);
    if (isNew) events.push(this.publish(incident, 'opened', now));
    return { id: incident.id, events };
  }

  /** The incident events to publish at `now`: incidents that have grown, got worse, or are over. */
  tick(now: number): IncidentEvent[] {
    const events: IncidentEvent[] = [];
    for (const incident of this.incidents.values()) {
      // The clock was set back: count the cool-down from the new time.
      if (now < incident.quietReceivedAt) incident.quietReceivedAt = now;
      if (now - incident.quietReceivedAt >= this.options.coolDownMs) events.push(this.close(incident, now));
      else if (versionOf(incident.episodes, incident.severity) !== incident.published)
        events.push(this.publish(incident, 'updated', now));
    }
    return events;
  }

  /** Whether an episode that opens at `at` joins the incident of the episode before it at the same place. */
  private admits(incident: State, anomaly: Anomaly, at: number): boolean {
    if (this.isOver(incident, at)) return false;
    return this.isYoung(incident, at) || faultOf(incident.members.get(placeOf(anomaly))!) === faultOf(anomaly);
  }

  private isOver(incident: State, at: number): boolean {
    return at - incident.quietAt >= this.options.coolDownMs;
  }

  private isYoung(incident: State, at: number): boolean {
    return Math.abs(at - incident.beganAt) < this.options.windowMs;
  }

  private newestAt(at: number): State | undefined {
    return [...this.incidents.values()].findLast(
      (incident) => this.isYoung(incident, at) && !this.isOver(incident, at),
    );
  }

  private hasPlace(incident: State): boolean {
    return [...incident.members.keys()].some((place) => this.byPlace.get(place) === incident);
  }

  /**
   * Number of open episodes. One that has a successor at its place is not open, even if its end was never seen because its
   * stream had to start without its snapshot.
   */
  private openIn(incident: State): number {
    let open = 0;
    for (const [place, { endAt }] of incident.members)
      if (endAt === null && this.byPlace.get(place) === incident) open++;
    return open;
  }

  private begin(id: string, beganAt: number, reason: string): State {
    const incident: State = {
      id,
      beganAt,
      reason,
      series: new Set(),
      members: new Map(),
      startAt: Infinity,
      severity: 'minor',
      episodes: 0,
      quietAt: NaN,
      quietReceivedAt: NaN,
      published: '',
    };
    this.incidents.set(id, incident);
    return incident;
  }

  private update(incident: State, anomaly: Anomaly, at: number, now: number): void {
    this.put(incident, anomaly);
    this.setQuiet(incident, at, now);
  }

  private setQuiet(incident: State, at: number, now: number): void {
    const quiet = this.openIn(incident) === 0;
    incident.quietAt = quiet ? at : NaN;
    incident.quietReceivedAt = quiet ? now : NaN;
  }

  private put(incident: State, anomaly: Anomaly): void {
    incident.members.set(placeOf(anomaly), anomaly);
    incident.startAt = Math.min(incident.startAt, anomaly.startAt);
    incident.severity = worse(incident.severity, anomaly.severity);
    if (incident.series.size < MAX_SERIES) incident.series.add(anomaly.series);
    this.byPlace.set(placeOf(anomaly), incident);
  }

  private close(incident: State, now: number): IncidentEvent {
    const event = this.publish(incident, 'closed', now);
    this.incidents.delete(incident.id);
    for (const place of incident.members.keys()) if (this.byPlace.get(place) === incident) this.byPlace.delete(place);
    return event;
  }

  private publish(incident: State, phase: EpisodePhase, at: number): IncidentEvent {
    incident.published = versionOf(incident.episodes, incident.severity);
    return { phase, at, incident: this.snapshotOf(incident) };
  }

  private snapshotOf(incident: State): Incident {
    const { id, startAt, severity, episodes, reason, members, series } = incident;
    const open = this.openIn(incident);
    const endAt = open > 0 ? null : Math.max(...[...members.values()].map(({ endAt, peakAt }) => endAt ?? peakAt));
    return { id, startAt, endAt, severity, episodes, open, series: [...series], reason };
  }
}

/** Where an episode can be: a sensor, a stream's process, or a stream's drift. Each has one open episode at most. */
const placeOf = ({ kind, series, stream }: Anomaly): string => `${kind} ${kind === 'sensor' ? series : stream}`;

/** Two episodes at a place are the same fault when they have the same leading series and the same main cause. */
const faultOf = ({ series, evidence }: Anomaly): string => {
  const [cause] = Object.entries(evidence).reduce((most, next) => (next[1] > most[1] ? next : most), ['', 0]);
  return `${series} ${cause}`;
};

const worse = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(b) > SEVERITIES.indexOf(a) ? b : a);

/** When this changes, an `updated` event is published. */
const versionOf = (episodes: number, severity: Severity): string => `${episodes} ${severity}`;

import type { AnomalyKind, Severity } from '../../../detect/episode/anomaly.ts';
import type { AlarmDetails } from './alarm.ts';

/** `GET api/incidents?span=&since=&until=&series=&severity=&kind=&open=`. Times are epoch ms, as in all bodies. */
export interface IncidentsBody {
  readonly now: number;
  readonly since: number;
  readonly until: number;
  /** Alarms of all series together; then a lane for each series, those with the worst alarms first. */
  readonly together: readonly LaneBar[];
  readonly lanes: readonly Lane[];
  /** Series that have no lane because there are too many: with alarms, and without. */
  readonly lanesBeyond: { readonly withAlarms: number; readonly quiet: number };
  /** The newest first. */
  readonly incidents: readonly IncidentRow[];
  /** Incidents that are not listed because there are too many. */
  readonly incidentsBeyond: number;
  readonly counts: {
    readonly alarms: number;
    readonly incidents: number;
    readonly open: number;
    readonly severity: Readonly<Record<Severity, number>>;
  };
  /** Whether there are older alarms in the period that were not counted. */
  readonly cut: boolean;
  /** Series to filter by: all that are monitored now or had an alarm in the period. */
  readonly series: readonly string[];
}

export interface Lane {
  readonly series: string;
  readonly label: string | null;
  readonly alarms: number;
  readonly bars: readonly LaneBar[];
}

/** One alarm, or several that would lie on each other. */
export interface LaneBar {
  readonly from: number;
  /** Null: open. */
  readonly until: number | null;
  /** The worst one. */
  readonly severity: Severity;
  readonly alarms: number;
  /** Incident of the worst alarm. */
  readonly incident: string;
}

export interface IncidentRow {
  readonly id: string;
  readonly startAt: number;
  /** Null while it is open. */
  readonly endAt: number | null;
  readonly severity: Severity;
  /** The sentence of its first alarm. */
  readonly reason: string;
  /** Its alarms that pass the filter. */
  readonly alarms: number;
  readonly kinds: readonly AnomalyKind[];
  /** In the order in which they went, the first few, and how many more. */
  readonly series: readonly string[];
  readonly seriesBeyond: number;
}

/** `GET api/incidents/<id>`: one incident as a story. */
export interface IncidentStory {
  readonly id: string;
  readonly now: number;
  readonly startAt: number;
  readonly endAt: number | null;
  readonly severity: Severity;
  /** In order of the begin of each deviation. */
  readonly alarms: readonly StoryAlarm[];
  /** Later alarms that are not sent. */
  readonly alarmsBeyond: number;
}

export interface StoryAlarm extends AlarmDetails {
  readonly label: string | null;
  /** The last answer of the operator. */
  readonly verdict: 'fault' | 'normal' | null;
}

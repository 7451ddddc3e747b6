import type { SqlDatabase } from '../../stream/ports/sql.ts';
import { insertRows } from './insert-rows.ts';

export interface HubSiteRow {
  readonly site: string;
  /** This and the next two null: as stored. */
  readonly status: string | null;
  readonly version: string | null;
  readonly health: string | null;
  readonly heard_at: number;
}

export interface HubStateRow {
  readonly site: string;
  readonly slug: string;
  readonly at: number;
  readonly phase: string;
  readonly value: number | null;
  readonly expected: number | null;
  readonly score: number | null;
  readonly unit: string;
  readonly label: string | null;
  readonly anomaly: number;
}

/** Added to the sums of the day. */
export interface HubDayRow {
  readonly site: string;
  readonly slug: string;
  readonly day: number;
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

export interface HubAlarmRow {
  readonly site: string;
  readonly id: string;
  readonly at: number;
  readonly closed: number;
  readonly stream: string;
  readonly series: string;
  readonly label: string | null;
  readonly kind: string;
  readonly severity: string;
  readonly start_at: number;
  readonly opened_at: number;
  readonly end_at: number | null;
  readonly score: number | null;
  readonly value: number | null;
  readonly expected: number | null;
  readonly unit: string;
  readonly reason: string;
  readonly incident: string | null;
}

export interface HubIncidentRow {
  readonly site: string;
  readonly id: string;
  readonly at: number;
  readonly closed: number;
  readonly severity: string;
  readonly start_at: number;
  readonly end_at: number | null;
  readonly episodes: number;
  readonly open: number;
  readonly series: string;
  readonly reason: string;
}

export interface HubReplyRow {
  readonly id: string;
  readonly status: string;
  readonly code: string | null;
  readonly text: string;
  readonly at: number;
}

/** Each key once in each list. */
export interface HubRows {
  readonly sites: readonly HubSiteRow[];
  readonly states: readonly HubStateRow[];
  readonly days: readonly HubDayRow[];
  readonly alarms: readonly HubAlarmRow[];
  readonly incidents: readonly HubIncidentRow[];
  readonly replies: readonly HubReplyRow[];
}

/**
 * Stores all in one transaction. An alarm or incident that is older than the stored one changes nothing; of two events of one time the one
 * that closes is the later.
 */
export const storeBatch = (
  db: SqlDatabase,
  { sites, states, days, alarms, incidents, replies }: HubRows,
): Promise<void> =>
  db.write([
    ...insertRows(
      'hub_site',
      ['site', 'status', 'version', 'health', 'heard_at'],
      sites,
      `(site) DO UPDATE SET status = COALESCE(excluded.status, hub_site.status),
        heard_at = CASE WHEN excluded.heard_at > hub_site.heard_at THEN excluded.heard_at ELSE hub_site.heard_at END,
        version = COALESCE(excluded.version, hub_site.version), health = COALESCE(excluded.health, hub_site.health)`,
    ),
    ...insertRows(
      'hub_series',
      ['site', 'slug', 'at', 'phase', 'value', 'expected', 'score', 'unit', 'label', 'anomaly'],
      states,
      `(site, slug) DO UPDATE SET at = excluded.at, phase = excluded.phase, value = excluded.value,
        expected = excluded.expected, score = excluded.score, unit = excluded.unit, label = excluded.label,
        anomaly = excluded.anomaly`,
    ),
    ...insertRows(
      'hub_day',
      ['site', 'slug', 'day', 'count', 'sum', 'squares'],
      days,
      `(site, slug, day) DO UPDATE SET count = hub_day.count + excluded.count, sum = hub_day.sum + excluded.sum,
        squares = hub_day.squares + excluded.squares`,
    ),
    ...insertRows(
      'hub_alarm',
      [
        'site',
        'id',
        'at',
        'closed',
        'stream',
        'series',
        'label',
        'kind',
        'severity',
        'start_at',
        'opened_at',
        'end_at',
        'score',
        'value',
        'expected',
        'unit',
        'reason',
        'incident',
      ],
      alarms,
      `(site, id) DO UPDATE SET at = excluded.at, closed = excluded.closed, series = excluded.series,
        label = excluded.label, severity = excluded.severity, start_at = excluded.start_at, end_at = excluded.end_at,
        score = excluded.score, value = excluded.value, expected = excluded.expected, unit = excluded.unit,
        reason = excluded.reason, incident = excluded.incident
        WHERE excluded.at > hub_alarm.at OR (excluded.at = hub_alarm.at AND excluded.closed >= hub_alarm.closed)`,
    ),
    ...insertRows(
      'hub_incident',
      ['site', 'id', 'at', 'closed', 'severity', 'start_at', 'end_at', 'episodes', 'open', 'series', 'reason'],
      incidents,
      `(site, id) DO UPDATE SET at = excluded.at, closed = excluded.closed, severity = excluded.severity,
        start_at = excluded.start_at, end_at = excluded.end_at, episodes = excluded.episodes, open = excluded.open,
        series = excluded.series, reason = excluded.reason
        WHERE excluded.at > hub_incident.at
          OR (excluded.at = hub_incident.at AND excluded.closed >= hub_incident.closed)`,
    ),
    ...replies.map(({ id, status, code, text, at }) => ({
      text: 'UPDATE hub_command SET status = $2, code = $3, text = $4, replied_at = $5 WHERE id = $1',
      values: [id, status, code, text, at],
    })),
  ]);

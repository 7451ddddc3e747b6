import type { AnomalyKind, Severity } from '../../detect/episode/anomaly.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import type { HubAlert } from './alerts.ts';

/* Lists of the pages, each with a greatest length. `closed` and `anomaly`: 0 or 1. */

/** `listedIncidents` returns one more, where there are more. */
export const MAX_INCIDENTS = 200;
/** Pages of incidents after the first. */
export const MAX_PAGE = 99;
const MAX_SERIES = 1_000;
const MAX_ALERTS = 100;

export interface ListedAlert {
  readonly subject: string;
  readonly about: HubAlert['about'];
  readonly openedAt: number;
  readonly reason: string;
}

/** The open alerts, the newest first. */
export const listedAlerts = (db: SqlDatabase): Promise<readonly ListedAlert[]> =>
  db.read(
    `SELECT subject, about, opened_at AS "openedAt", reason FROM hub_alert WHERE closed_at IS NULL ORDER BY opened_at DESC LIMIT ${MAX_ALERTS}`,
  );

export interface ListedIncident {
  readonly site: string;
  readonly id: string;
  readonly severity: Severity;
  readonly startAt: number;
  readonly endAt: number | null;
  readonly closed: number;
  readonly episodes: number;
  readonly reason: string;
}

export interface IncidentFilter {
  readonly open: boolean;
  readonly severity: Severity | null;
  /** From 0; rows before it are read and left out, so that it has an end. */
  readonly page: number;
}

/** The incidents of all sites: open ones first, then the newest. */
export const listedIncidents = (
  db: SqlDatabase,
  { open, severity, page }: IncidentFilter,
): Promise<readonly ListedIncident[]> => {
  const [closed, skipped] = [open ? 0 : 1, Math.min(page, MAX_PAGE) * MAX_INCIDENTS];
  return severity === null
    ? db.read(
        `SELECT site, id, severity, start_at AS "startAt", end_at AS "endAt", closed, episodes, reason FROM hub_incident
          WHERE closed <= $1 ORDER BY closed, start_at DESC LIMIT ${MAX_INCIDENTS + 1} OFFSET $2`,
        [closed, skipped],
      )
    : db.read(
        `SELECT site, id, severity, start_at AS "startAt", end_at AS "endAt", closed, episodes, reason FROM hub_incident
          WHERE severity = $3 AND closed <= $1 ORDER BY closed, start_at DESC LIMIT ${MAX_INCIDENTS + 1} OFFSET $2`,
        [closed, skipped, severity],
      );
};

export interface ListedAlarm {
  readonly id: string;
  readonly series: string;
  readonly severity: Severity;
  readonly kind: AnomalyKind;
  readonly openedAt: number;
  readonly closed: number;
  readonly reason: string;
}

export const listedAlarms = (db: SqlDatabase, site: string): Promise<readonly ListedAlarm[]> =>
  db.read(
    `SELECT id, series, severity, kind, opened_at AS "openedAt", closed, reason FROM hub_alarm WHERE site = $1
      ORDER BY closed, opened_at DESC LIMIT 50`,
    [site],
  );

export interface ListedSeries {
  readonly slug: string;
  readonly label: string | null;
  readonly phase: 'learning' | 'ready' | 'silent';
  readonly value: number | null;
  readonly expected: number | null;
  readonly unit: string;
  readonly anomaly: number;
  readonly at: number;
}

export const listedSeries = (db: SqlDatabase, site: string): Promise<readonly ListedSeries[]> =>
  db.read(
    `SELECT slug, label, phase, value, expected, unit, anomaly, at FROM hub_series WHERE site = $1
      ORDER BY anomaly DESC, slug LIMIT ${MAX_SERIES}`,
    [site],
  );

export interface ListedCommand {
  readonly id: string;
  readonly command: string;
  readonly series: string | null;
  readonly sender: string;
  readonly at: number;
  /** Null until the site has answered. */
  readonly status: 'done' | 'refused' | null;
  readonly text: string | null;
}

export const listedCommands = (db: SqlDatabase, site: string): Promise<readonly ListedCommand[]> =>
  db.read(
    'SELECT id, command, series, sender, at, status, text FROM hub_command WHERE site = $1 ORDER BY at DESC LIMIT 20',
    [site],
  );

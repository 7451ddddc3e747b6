import { DAY_MS } from '../../math/time.ts';
import type { SqlStatement } from '../../stream/sql.ts';
import type { EpisodeRow, HealthRow, IncidentRow, ReplyRow, StateRow } from './readers.ts';
import { insertRows, taken, type SqlRow } from './tables.ts';

interface SiteRow {
  readonly site: string;
  status: string | null;
  heardAt: number;
  version: string | null;
  health: string | null;
}

/**
 * Messages that one transaction stores, each key once. An alarm or incident is its newest event, so that one that comes twice, or
 * late, changes nothing. The sums of a day get each state once, because the intake admits only states that are newer than the stored one.
 */
export class Batch {
  private readonly sites = new Map<string, SiteRow>();
  private readonly states = new Map<string, SqlRow>();
  private readonly days = new Map<
    string,
    { readonly row: { site: string; slug: string; day: number }; count: number; sum: number; squares: number }
  >();
  private readonly alarms = new Map<string, SqlRow>();
  private readonly incidents = new Map<string, SqlRow>();
  private readonly replies: SqlStatement[] = [];

  /** `status` null: as it is, because the message may be older than the last status. */
  heard(site: string, at: number, status: 'online' | 'offline' | null): void {
    const known = this.sites.get(site);
    if (known === undefined) this.sites.set(site, { site, status, heardAt: at, version: null, health: null });
    else {
      known.status = status ?? known.status;
      known.heardAt = Math.max(known.heardAt, at);
    }
  }

  health(site: string, { version, ...rest }: HealthRow): void {
    const known = this.sites.get(site)!;
    known.version = version;
    known.health = JSON.stringify(rest);
  }

  /** A state that is newer than the stored one. */
  state(site: string, slug: string, state: StateRow): void {
    const at = Date.parse(state.at);
    const { phase, value, expected, score, unit, label } = state;
    const anomaly = state.anomaly === 'ON' ? 1 : 0;
    const key = `${site}/${slug}`;
    this.states.set(key, { site, slug, at, phase, value, expected, score, unit, label, anomaly });
    if (value === null) return;
    const day = Math.floor(at / DAY_MS);
    const sums = this.days.get(`${key} ${day}`) ?? { row: { site, slug, day }, count: 0, sum: 0, squares: 0 };
    sums.count++;
    sums.sum += value;
    sums.squares += value * value;
    this.days.set(`${key} ${day}`, sums);
  }

  alarm(site: string, event: EpisodeRow): void {
    const { id, stream, series, label, kind, severity, score, value, expected, unit, reason, incident } = event;
    const [at, start_at, opened_at] = [event.at, event.start, event.opened].map(Date.parse);
    const end_at = event.end === null ? null : Date.parse(event.end);
    const closed = event.event_type === 'closed' ? 1 : 0;
    const own = { site, id, at, closed, stream, series, label, kind, severity, start_at, opened_at, end_at };
    newest(this.alarms, { ...own, score, value, expected, unit, reason, incident });
  }

  incident(site: string, event: IncidentRow): void {
    const { id, severity, episodes, open, reason } = event;
    const [at, start_at] = [event.at, event.start].map(Date.parse);
    const end_at = event.end === null ? null : Date.parse(event.end);
    const closed = event.event_type === 'closed' ? 1 : 0;
    const series = JSON.stringify(event.series);
    newest(this.incidents, { site, id, at, closed, severity, start_at, end_at, episodes, open, series, reason });
  }

  reply({ id, status, code, text, at }: ReplyRow): void {
    if (id === null) return;
    this.replies.push({
      text: 'UPDATE hub_command SET status = $2, code = $3, text = $4, replied_at = $5 WHERE id = $1',
      values: [id, status, code, text, Date.parse(at)],
    });
  }

  /** Rows in one order of keys: two transactions that write the same rows cannot wait for each other. */
  statements(): readonly SqlStatement[] {
    const sites = [...this.sites.values()].map(({ heardAt, ...row }) => ({ ...row, heard_at: heardAt }));
    const days = [...this.days.values()].map(({ row, ...sums }) => ({ ...row, ...sums }));
    return [
      ...insertRows(
        'hub_site',
        sites,
        `(site) DO UPDATE SET status = COALESCE(excluded.status, hub_site.status),
          heard_at = CASE WHEN excluded.heard_at > hub_site.heard_at THEN excluded.heard_at ELSE hub_site.heard_at END,
          version = COALESCE(excluded.version, hub_site.version), health = COALESCE(excluded.health, hub_site.health)`,
      ),
      ...insertRows(
        'hub_series',
        [...this.states.values()],
        `(site, slug) DO UPDATE SET ${taken('at', 'phase', 'value', 'expected', 'score', 'unit', 'label', 'anomaly')}`,
      ),
      ...insertRows(
        'hub_day',
        days,
        `(site, slug, day) DO UPDATE SET count = hub_day.count + excluded.count, sum = hub_day.sum + excluded.sum,
          squares = hub_day.squares + excluded.squares`,
      ),
      ...insertRows(
        'hub_alarm',
        [...this.alarms.values()],
        `(site, id) DO UPDATE SET ${taken('at', 'closed', 'series', 'label', 'severity', 'start_at', 'end_at', 'score', 'value', 'expected', 'unit', 'reason', 'incident')}
          ${newer('hub_alarm')}`,
      ),
      ...insertRows(
        'hub_incident',
        [...this.incidents.values()],
        `(site, id) DO UPDATE SET ${taken('at', 'closed', 'severity', 'start_at', 'end_at', 'episodes', 'open', 'series', 'reason')}
          ${newer('hub_incident')}`,
      ),
      ...this.replies,
    ];
  }
}

/** Of two events of one time the one that closes is the later. */
const newer = (table: string): string =>
  `WHERE excluded.at > ${table}.at OR (excluded.at = ${table}.at AND excluded.closed >= ${table}.closed)`;

function newest(rows: Map<string, SqlRow>, row: SqlRow): void {
  const key = `${String(row['site'])}/${String(row['id'])}`;
  const known = rows.get(key);
  const order = ({ at, closed }: SqlRow): readonly [number, number] => [Number(at), Number(closed)];
  if (known !== undefined) {
    const [[at, closed], [knownAt, knownClosed]] = [order(row), order(known)];
    if (at < knownAt || (at === knownAt && closed < knownClosed)) return;
  }
  rows.set(key, row);
}

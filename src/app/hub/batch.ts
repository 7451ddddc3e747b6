import type { HubAlarmRow, HubIncidentRow, HubReplyRow, HubRows, HubStateRow } from '../../io/hub/batch.ts';
import { DAY_MS } from '../../math/time.ts';
import type { EpisodeRow, HealthRow, IncidentRow, ReplyRow, StateRow } from './readers.ts';

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
  private readonly states = new Map<string, HubStateRow>();
  private readonly days = new Map<
    string,
    { readonly row: { site: string; slug: string; day: number }; count: number; sum: number; squares: number }
  >();
  private readonly alarms = new Map<string, HubAlarmRow>();
  private readonly incidents = new Map<string, HubIncidentRow>();
  private readonly replies: HubReplyRow[] = [];

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
    if (id !== null) this.replies.push({ id, status, code, text, at: Date.parse(at) });
  }

  rows(): HubRows {
    return {
      sites: [...this.sites.values()].map(({ heardAt, ...row }) => ({ ...row, heard_at: heardAt })),
      states: [...this.states.values()],
      days: [...this.days.values()].map(({ row, ...sums }) => ({ ...row, ...sums })),
      alarms: [...this.alarms.values()],
      incidents: [...this.incidents.values()],
      replies: this.replies,
    };
  }
}

/** Of two events of one time the one that closes is the later. */
function newest<Row extends HubAlarmRow | HubIncidentRow>(rows: Map<string, Row>, row: Row): void {
  const key = `${row.site}/${row.id}`;
  const known = rows.get(key);
  if (known !== undefined && (row.at < known.at || (row.at === known.at && row.closed < known.closed))) return;
  rows.set(key, row);
}

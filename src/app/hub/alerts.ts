import type { Log } from '../../log.ts';
import type { SqlDatabase } from '../../stream/sql.ts';
import { insertRows } from './tables.ts';

/** What the hub itself has found. */
export interface HubAlert {
  readonly id: string;
  readonly about: 'site' | 'asset';
  /** The site, or site/series. */
  readonly subject: string;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly reason: string;
}

export interface HubAlertsOptions {
  readonly db: SqlDatabase;
  /** Publishes; `onSettled`: the broker has it. Null where alerts are not published. */
  readonly publish: ((payload: string, onSettled: () => void) => void) | null;
  readonly log: Log;
}

/** The alerts of the hub: one open at most for each subject; stored first, then published, at least once. */
export class HubAlerts {
  private readonly options: HubAlertsOptions;
  private readonly opened = new Map<string, HubAlert>();

  constructor(options: HubAlertsOptions) {
    this.options = options;
  }

  /** Reads the open ones, and publishes those that an earlier run could not. */
  async begin(): Promise<void> {
    const rows = await this.options.db.read<HubAlert & { unsent: number }>(
      'SELECT * FROM hub_alert WHERE closed_at IS NULL OR unsent = 1 ORDER BY opened_at',
    );
    for (const { unsent, ...alert } of rows) {
      if (alert.closed_at === null) this.opened.set(keyOf(alert), alert);
      if (unsent === 1) this.publish(alert, alert.closed_at ?? alert.opened_at);
    }
  }

  isOpen(about: HubAlert['about'], subject: string): boolean {
    return this.opened.has(keyOf({ about, subject }));
  }

  openOf(about: HubAlert['about']): readonly string[] {
    return [...this.opened.values()].filter((alert) => alert.about === about).map(({ subject }) => subject);
  }

  async open(about: HubAlert['about'], subject: string, at: number, reason: string): Promise<void> {
    if (this.isOpen(about, subject)) return;
    await this.store(
      { id: `${about}-${subject}-${at.toString(36)}`, about, subject, opened_at: at, closed_at: null, reason },
      at,
    );
  }

  async close(about: HubAlert['about'], subject: string, at: number, reason: string): Promise<void> {
    const alert = this.opened.get(keyOf({ about, subject }));
    if (alert !== undefined) await this.store({ ...alert, closed_at: at, reason }, at);
  }

  private async store(alert: HubAlert, at: number): Promise<void> {
    const { db, publish, log } = this.options;
    const row = { ...alert, unsent: publish === null ? 0 : 1 };
    const changed = 'closed_at = excluded.closed_at, reason = excluded.reason, unsent = excluded.unsent';
    await db.write(insertRows('hub_alert', [row], `(id) DO UPDATE SET ${changed}`));
    if (alert.closed_at === null) this.opened.set(keyOf(alert), alert);
    else this.opened.delete(keyOf(alert));
    log(alert.closed_at === null ? 'warn' : 'info', { about: alert.about, subject: alert.subject }, alert.reason);
    this.publish(alert, at);
  }

  private publish({ id, about, subject, closed_at, reason }: HubAlert, at: number): void {
    const { db, publish, log } = this.options;
    if (publish === null) return;
    const event = closed_at === null ? 'opened' : 'closed';
    const message = {
      schema: 1,
      event_type: event,
      id,
      message_id: `${id}-${event}`,
      at: new Date(at).toISOString(),
      about,
      subject,
      reason,
    };
    publish(JSON.stringify(message), () => {
      db.write([
        {
          text: `UPDATE hub_alert SET unsent = 0 WHERE id = $1 AND closed_at IS ${closed_at === null ? '' : 'NOT '}NULL`,
          values: [id],
        },
      ]).catch((error: unknown) => {
        log('warn', { err: error }, 'a published alert could not be marked; it is published again at the next start');
      });
    });
  }
}

const keyOf = ({ about, subject }: Pick<HubAlert, 'about' | 'subject'>): string => `${about} ${subject}`;

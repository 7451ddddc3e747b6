import { markAlertSent, openOrUnsentAlerts, storeAlert, type HubAlert } from '../../io/hub/alerts.ts';
import type { Log } from '../../log.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';

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
    const rows = await openOrUnsentAlerts(this.options.db);
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
    await storeAlert(db, { ...alert, unsent: publish === null ? 0 : 1 });
    if (alert.closed_at === null) this.opened.set(keyOf(alert), alert);
    else this.opened.delete(keyOf(alert));
    log(alert.closed_at === null ? 'warn' : 'info', { about: alert.about, subject: alert.subject }, alert.reason);
    this.publish(alert, at);
  }

  private publish(alert: HubAlert, at: number): void {
    const { id, about, subject, closed_at, reason } = alert;
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
      markAlertSent(db, alert).catch((error: unknown) => {
        log('warn', { err: error }, 'a published alert could not be marked; it is published again at the next start');
      });
    });
  }
}

const keyOf = ({ about, subject }: Pick<HubAlert, 'about' | 'subject'>): string => `${about} ${subject}`;

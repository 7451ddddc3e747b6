import type { NotifyTarget } from '../../config/schema/notify.ts';
import type { NotificationEvent, NotificationSeverity } from '../../stream/ports/notification.ts';

const RANK: Readonly<Record<NotificationSeverity, number>> = { minor: 0, major: 1, critical: 2 };

/** An incident or alarm that opens, changes or ends. */
export interface ThreadEvent {
  readonly phase: 'opened' | 'updated' | 'closed';
  readonly thread: string;
  readonly severity: NotificationSeverity;
  /** The series and groups that it is about. */
  readonly series: readonly string[];
}

/** What a target gets of it; `rises`: its severity is higher than in the message before. */
export interface Decision {
  readonly event: 'opened' | 'updated' | 'ended';
  readonly rises: boolean;
}

/**
 * What one target gets, by its severity, events and series. It remembers the open threads, so that an incident that becomes severe
 * enough later is reported then, and no end is reported of one that was not.
 */
export class Recipient {
  readonly name: string;
  readonly target: NotifyTarget;
  private readonly open = new Map<string, NotificationSeverity>();

  constructor(name: string, target: NotifyTarget) {
    this.name = name;
    this.target = target;
  }

  /** A thread of an earlier run. */
  restore(thread: string, severity: NotificationSeverity): void {
    this.open.set(thread, severity);
  }

  /** Whether the target wants messages of this kind. */
  wants(event: NotificationEvent): boolean {
    return (this.target.events as readonly NotificationEvent[]).includes(event);
  }

  /** Whether the target wants messages about one of these series. */
  covers(series: readonly string[]): boolean {
    const { series: wanted } = this.target;
    return wanted === undefined || series.some((slug) => wanted.includes(slug));
  }

  /** Null: the target gets nothing. `store` is called with the severity to remember, or null to forget the thread. */
  decide(
    { phase, thread, severity, series }: ThreadEvent,
    store: (severity: NotificationSeverity | null) => void,
  ): Decision | null {
    const before = this.open.get(thread);
    if (phase === 'closed') {
      if (before === undefined) return null;
      this.open.delete(thread);
      store(null);
      return this.wants('ended') ? { event: 'ended', rises: false } : null;
    }
    if (before === undefined) {
      if (!this.covers(series) || RANK[severity] < RANK[this.target.severity]) return null;
      this.open.set(thread, severity);
      store(severity);
      return this.wants('opened') ? { event: 'opened', rises: false } : null;
    }
    const rises = RANK[severity] > RANK[before];
    if (rises) {
      this.open.set(thread, severity);
      store(severity);
    }
    return this.wants('updated') || (rises && this.wants('opened')) ? { event: 'updated', rises } : null;
  }
}

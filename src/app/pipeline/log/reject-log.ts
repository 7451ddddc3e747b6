import { NOTES, REASONS, type Reason } from '../../../stream/reject.ts';
import type { AnomalyLogPort, LedgerPort, Rejected } from '../../../stream/ports/ports.ts';
import type { Log } from '../../../log.ts';

/** Rejects that one transaction stores in the quarantine; further ones are only counted. */
const MAX_WAITING = 256;

/** Normal rejects, many per day: counted, not stored and not logged. */
const ROUTINE: ReadonlySet<string> = new Set<Reason>([
  'retained',
  'redelivered',
  'duplicate',
  'late',
  'no_input',
  'no_signal',
]);

/** Logged once, but not stored: their number would displace all other rows of the quarantine. */
const FLOODS: ReadonlySet<string> = new Set<Reason>(['too_fast', 'overload']);

/** Counts rejects by reason, stores examples in the quarantine, and logs the first reject of each reason. */
export class RejectLog {
  private readonly counts: Map<string, number>;
  private readonly anomalyLog: AnomalyLogPort;
  private readonly ledger: LedgerPort;
  private readonly log: Log;
  private readonly waiting: Rejected[] = [];

  /** `counts`: by reason, to add to. */
  constructor(
    { anomalyLog, ledger }: { readonly anomalyLog: AnomalyLogPort; readonly ledger: LedgerPort },
    log: Log,
    counts: Map<string, number>,
  ) {
    this.counts = counts;
    this.anomalyLog = anomalyLog;
    this.ledger = ledger;
    this.log = log;
  }

  add(rejected: Rejected): void {
    const { reason, topic } = rejected;
    const count = (this.counts.get(reason) ?? 0) + 1;
    this.counts.set(reason, count);
    if (ROUTINE.has(reason)) return;
    if (count === 1) this.log('warn', { reason, topic }, REASONS[reason as Reason]);
    if (!NOTES.has(reason) && !FLOODS.has(reason)) this.keep(rejected);
  }

  /** Logs the count of each reason: the only log line about routine rejects. */
  logCounts(): void {
    if (this.counts.size === 0) return;
    this.log('info', { counts: Object.fromEntries(this.counts) }, 'rejects and notes by reason');
  }

  /** Writes in the transaction after which the message is acknowledged, because the broker will not deliver it again. */
  private keep(rejected: Rejected): void {
    if (this.waiting.length === MAX_WAITING) return;
    if (this.waiting.push(rejected) > 1) return;
    this.ledger.write(
      () => {
        this.anomalyLog.quarantine(this.waiting);
      },
      () => {
        this.waiting.length = 0;
      },
    );
  }
}

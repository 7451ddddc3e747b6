import { NOTES, REASONS, type Reason } from '../../stream/reject.ts';
import type { AnomalyLogPort, LedgerPort, Rejected } from '../../stream/ports.ts';
import type { Log } from '../../log.ts';

/** Rejects that one transaction keeps; a flood beyond it is counted. */
const MAX_WAITING = 256;

/** Refused on purpose, many times a day: counted, not kept, not told. */
const ROUTINE: ReadonlySet<string> = new Set<Reason>(['retained', 'redelivered', 'duplicate', 'late', 'no_input']);

/** A flood by itself, which would wash out all else that is kept: told once. */
const FLOODS: ReadonlySet<string> = new Set<Reason>(['too_fast', 'overload']);

/** Counts what could not be read, by reason; keeps examples in the quarantine; says each reason once. */
export class RejectLog {
  /** By reason. */
  readonly counts = new Map<string, number>();
  private readonly anomalyLog: AnomalyLogPort;
  private readonly ledger: LedgerPort;
  private readonly log: Log;
  private readonly waiting: Rejected[] = [];

  constructor({ anomalyLog, ledger }: { readonly anomalyLog: AnomalyLogPort; readonly ledger: LedgerPort }, log: Log) {
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

  /** Says how many there were of each reason: the only trace of the routine ones. */
  logCounts(): void {
    if (this.counts.size === 0) return;
    this.log('info', { counts: Object.fromEntries(this.counts) }, 'refused or remarked on, by reason');
  }

  /** In the transaction after which its message is acknowledged: nobody will send it again. */
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

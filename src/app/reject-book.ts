import { NOTES, REASONS, type Reason } from '../stream/reject.ts';
import type { AnomalyLogPort, Rejected } from '../stream/ports.ts';
import type { Note } from './note.ts';

/** Rejects that wait for one transaction; a flood beyond it is counted and not kept. */
const MOST_WAITING = 256;

/** Refused on purpose, many times a day: counted, not kept. */
const ROUTINE: ReadonlySet<string> = new Set<Reason>(['retained', 'redelivered', 'duplicate', 'late', 'no_input']);

/** Counts what could not be read, by reason; keeps examples in the quarantine, some at a time; says each reason once. */
export class RejectBook {
  private readonly counts = new Map<string, number>();
  private readonly log: AnomalyLogPort;
  private readonly note: Note;
  private readonly waiting: Rejected[] = [];

  constructor(log: AnomalyLogPort, note: Note) {
    this.log = log;
    this.note = note;
  }

  add(rejected: Rejected): void {
    const { reason, topic } = rejected;
    const count = (this.counts.get(reason) ?? 0) + 1;
    this.counts.set(reason, count);
    if (ROUTINE.has(reason)) return;
    if (count === 1) this.note('warn', { reason, topic }, REASONS[reason as Reason]);
    if (!NOTES.has(reason) && this.waiting.length < MOST_WAITING) this.waiting.push(rejected);
  }

  /** Says how many there were of each reason: the only trace of the routine ones. */
  sum(): void {
    if (this.counts.size === 0) return;
    this.note('info', { counts: Object.fromEntries(this.counts) }, 'refused or remarked on, by reason');
  }

  /** Writes what waits, in one transaction. */
  flush(): void {
    if (this.waiting.length === 0) return;
    this.log.quarantine(this.waiting);
    this.waiting.length = 0;
  }
}

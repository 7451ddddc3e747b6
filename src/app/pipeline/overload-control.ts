import type { Message } from '../../stream/message.ts';
import type { LedgerPort } from '../../stream/ports.ts';
import { ClockLeap } from './clock-jump.ts';
import { Load, type Level } from './load.ts';
import type { Note } from '../../log.ts';
import type { Streams } from './streams.ts';

/** What a service runs on; a recording waits, and its clock is its own. */
export interface Processor {
  /** ms of a clock that is not set. */
  readonly uptime: () => number;
  /** Share of the time since the last call in which it was busy, 0 to 1. */
  readonly utilisation: () => number;
}

/** Whether time and processor are as one would think, and what is done where they are not. */
export class Pace {
  private readonly processor: Processor | null;
  private readonly ledger: LedgerPort;
  private readonly streams: Streams;
  private readonly note: Note;
  private readonly load: Load;
  private readonly leaps = new ClockLeap();
  private odd = false;

  constructor(processor: Processor | null, ledger: LedgerPort, streams: Streams, note: Note) {
    this.processor = processor;
    this.ledger = ledger;
    this.streams = streams;
    this.note = note;
    this.load = new Load(processor?.utilisation ?? (() => 0));
  }

  get level(): Level {
    return this.load.level;
  }

  /** Looks at the load, every few seconds. */
  look(): void {
    if (!this.load.look()) return;
    this.note('warn', this.level, 'there is more or less to do than before: networks learn from one sample of so many');
    this.adapt();
  }

  /** Whether the clock has leapt, or we have slept, since it last said what time it is. */
  leapt(at: number): boolean {
    if (this.processor === null || this.leaps.leap(at, this.processor.uptime()) === 0) return false;
    this.note(
      'warn',
      {},
      'the clock was set, or we were asleep: the time between is not counted as silence of sensors',
    );
    return true;
  }

  /** False of every other message that nobody would send again, when there is no other way. */
  affords({ receipt }: Message): boolean {
    if (!this.level.drops || receipt !== undefined) return true;
    this.odd = !this.odd;
    return !this.odd;
  }

  /** Has the networks learn as much as can be afforded; at the start too, when it may be more than an earlier run could. */
  adapt(): void {
    const { learnEvery } = this.level;
    this.ledger.recordTrainingRate(learnEvery);
    this.streams.learnEvery(learnEvery, this.ledger.seq);
  }
}

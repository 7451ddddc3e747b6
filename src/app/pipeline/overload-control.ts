import type { Message } from '../../stream/message.ts';
import type { LedgerPort } from '../../stream/ports.ts';
import { ClockJump } from './clock-jump.ts';
import { Load, type LoadLevel } from './load.ts';
import type { Log } from '../../log.ts';
import type { Streams } from './streams.ts';

/** What a service runs on; a recording waits, and its clock is its own. */
export interface Processor {
  /** ms of a clock that is not set. */
  readonly uptime: () => number;
  /** Share of the time since the last call in which it was busy, 0 to 1. */
  readonly utilisation: () => number;
}

/** Whether time and processor are as one would think, and what is done where they are not. */
export class OverloadControl {
  private readonly processor: Processor | null;
  private readonly ledger: LedgerPort;
  private readonly streams: Streams;
  private readonly log: Log;
  private readonly load: Load;
  private readonly clockJump = new ClockJump();
  private odd = false;

  constructor(processor: Processor | null, ledger: LedgerPort, streams: Streams, log: Log) {
    this.processor = processor;
    this.ledger = ledger;
    this.streams = streams;
    this.log = log;
    this.load = new Load(processor?.utilisation ?? (() => 0));
  }

  get level(): LoadLevel {
    return this.load.level;
  }

  /** Looks at the load, every few seconds. */
  check(): void {
    if (!this.load.check()) return;
    this.log('warn', this.level, 'there is more or less to do than before: networks learn from one sample of so many');
    this.applyTrainingRate();
  }

  /** Whether the clock has leapt, or we have slept, since it last said what time it is. */
  clockJumped(at: number): boolean {
    if (this.processor === null || this.clockJump.jumpMs(at, this.processor.uptime()) === 0) return false;
    this.log('warn', {}, 'the clock was set, or we were asleep: the time between is not counted as silence of sensors');
    return true;
  }

  /** False of every other message that nobody would send again, when there is no other way. */
  admits({ receipt }: Message): boolean {
    if (!this.level.drops || receipt !== undefined) return true;
    this.odd = !this.odd;
    return !this.odd;
  }

  /** Has the networks learn as much as can be afforded; at the start too, when it may be more than an earlier run could. */
  applyTrainingRate(): void {
    const { learnEvery } = this.level;
    this.ledger.recordTrainingRate(learnEvery);
    this.streams.learnEvery(learnEvery, this.ledger.seq);
  }
}

import type { Health } from '../../../stream/health.ts';
import type { Message } from '../../../stream/message.ts';
import type { LedgerPort } from '../../../stream/ports/ports.ts';
import { ClockJump, jumpInWords } from '../clock-jump.ts';
import { Load, type LoadLevel } from './load.ts';
import type { Log } from '../../../log.ts';
import type { Streams } from '../streams.ts';

/** The clock and the load of the machine. Null in a replay, where the recording waits and has its own clock. */
export interface Processor {
  /** Monotonic clock, ms. */
  readonly uptime: () => number;
  /** Share of the time since the last call in which the event loop was busy, 0 to 1. */
  readonly utilisation: () => number;
}

const messageOf = ({ learnEvery, drops }: LoadLevel): string => {
  if (drops) return 'CPU load changed: no training, and every second QoS 0 message is dropped';
  if (learnEvery === 0) return 'CPU load changed: no training';
  if (learnEvery === 1) return 'CPU load changed: training on every sample';
  return `CPU load changed: training on 1 of every ${learnEvery} samples`;
};

/** How much the networks train; `learnEvery`: 1 of every n samples, 0: none. */
export const learningOf = (learnEvery: number): Health['learning'] =>
  learnEvery === 1 ? 'full' : learnEvery === 0 ? 'off' : 'reduced';

/** Reduces work while the CPU load is high, and detects jumps of the system clock. */
export class OverloadControl {
  private readonly processor: Processor | null;
  private readonly ledger: LedgerPort;
  private readonly streams: Streams;
  private readonly log: Log;
  private readonly load: Load;
  private readonly clockJump = new ClockJump();
  private droppedLast = false;

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

  /** Adapts training to the CPU load. To be called every few seconds. */
  check(): void {
    if (!this.load.check()) return;
    const { learnEvery, drops } = this.level;
    this.log(learnEvery === 1 ? 'info' : 'warn', { learnEvery, drops }, messageOf(this.level));
    this.applyTrainingRate();
  }

  /** Whether the system clock has jumped since the last call, at `at`, epoch ms. */
  clockJumped(at: number): boolean {
    if (this.processor === null) return false;
    const jumpMs = this.clockJump.jumpMs(at, this.processor.uptime());
    if (jumpMs === 0) return false;
    this.log(
      'warn',
      { jumpMs },
      `system clock jumped ${jumpInWords(jumpMs)} (clock change or suspend); the gap is not counted as sensor silence`,
    );
    return true;
  }

  /** False for every second QoS 0 message at the last level. */
  admits({ receipt }: Message): boolean {
    if (!this.level.drops || receipt !== undefined) return true;
    this.droppedLast = !this.droppedLast;
    return !this.droppedLast;
  }

  /** Sets the training rate of the networks to that of the level; also at the start, because an earlier run may have reduced it. */
  applyTrainingRate(): void {
    const { learnEvery } = this.level;
    this.ledger.recordTrainingRate(learnEvery);
    this.streams.learnEvery(learnEvery, this.ledger.seq);
  }
}

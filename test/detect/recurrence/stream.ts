import { NoveltyRate } from '../../../src/detect/recurrence/novelty-rate.ts';
import { MEMORY_MS, Recurrence, type CycleView, type Said } from '../../../src/detect/recurrence/recurrence.ts';
import { Memory, section } from '../../../src/math/memory.ts';
import { TimeGap } from '../../../src/math/time-gap.ts';
import { DAY_MS } from '../../../src/math/time.ts';

export const STEP_MS = 5 * 60_000;

export interface Given {
  readonly alarmsPerWeek?: number;
  readonly counts?: boolean;
  readonly series?: number;
}

/** Readings every 5 min for one or more series of a stream, as the detector passes them. */
export class Stream {
  readonly memory = new Memory();
  readonly rates = new NoveltyRate(this.memory);
  readonly recurrences: readonly Recurrence[];
  teaches = true;
  /** Whether a score above 1 is an alarm for the operator. */
  reports = false;
  contextual = 0;
  cycle: CycleView | null = null;
  at = 0;
  /** Times at which a signature of the first series became a habit. */
  readonly habits: number[] = [];
  private readonly gap = new TimeGap(this.memory, 'stream');
  private readonly last: number[];

  constructor({ alarmsPerWeek = 1, counts = true, series = 1 }: Given = {}) {
    const options = { alarmsPerWeek, counts };
    this.recurrences = Array.from(
      { length: series },
      (_, d) => new Recurrence(section(this.memory, `s${d}`), this.rates, options),
    );
    this.last = new Array<number>(series).fill(80);
  }

  /** The scores of all series for one reading of this value and evidence. */
  step(value: number, evidence: number): number[] {
    const { at, gap, rates, recurrences, last } = this;
    rates.pass(gap.sinceMs(at), MEMORY_MS);
    const scores = recurrences.map((recurrence, d) => {
      const raised = { value, last: last[d], stepDeviation: 0.5, contextual: this.contextual, cycle: this.cycle };
      last[d] = value;
      return recurrence.follow(at, raised, evidence, (at % DAY_MS) / DAY_MS, this.teaches, this.reports);
    });
    if (recurrences[0].habit >= 0) this.habits.push(at);
    gap.update(at);
    this.at += STEP_MS;
    return scores;
  }

  /** The operator says what the open or last event was. */
  say(state: Said): void {
    this.recurrences[0].mark({ from: this.at - DAY_MS, until: this.at, value: 20 }, state);
  }

  calm(ms: number): this {
    for (const until = this.at + ms; this.at < until;) this.step(80, 0);
    return this;
  }

  /** Half an hour at `value`; the highest score of the first series. */
  event(value = 20, evidence = 2, readings = 6): number {
    let highest = 0;
    for (let i = 0; i < readings; i++) highest = Math.max(highest, this.step(value, evidence)[0]);
    return highest;
  }

  /** An event every day at the same time; the highest score of each. */
  daily(days: number, value = 20, evidence = 2): number[] {
    return Array.from({ length: days }, () => {
      const start = this.at;
      const score = this.event(value, evidence);
      this.calm(start + DAY_MS - this.at);
      return score;
    });
  }
}

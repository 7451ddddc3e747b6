import { log } from '../../../math/elementary.ts';
import { CONSTANTS } from '../../constants.ts';
import type { Pieces } from '../../../math/memory.ts';
import { SequentialTest } from '../sequential-test.ts';
import { Tail, TOP } from '../rarity/tail.ts';
import { bandOf, type Evidence, type Kind, type SeriesReading } from '../kind.ts';

/** Sentence with the readings over which the forecast was wrong: `detail`, negative where the steps were too regular. */
export const SEQUENCE: Kind = {
  name: 'sequence',
  weights: { collective: CONSTANTS.STEP_WEIGHT, point: 0, contextual: CONSTANTS.WEIGHT },
  directed: true,
  compares: 'band',
  sentence: (name, numbers, format) =>
    `${name} changes ${numbers.detail < 0 ? 'less than forecast' : 'in an unusual sequence'} over about ` +
    `${format.ratio(Math.abs(numbers.detail))} readings: now at ${format.quantity(numbers.value)}, ` +
    `where ${format.quantity(numbers.expected)} was expected, usually ${bandOf(numbers, format)}`,
};

/**
 * ln M is calibrated from here on up to the end of the histogram (../rarity/tail.ts), nats: a lower one, of good forecasts, is as
 * common. So ln M = 0, which is no evidence, is at most at the edge of the tail, and a rarity is at most 7.4.
 */
const LEAST = log(CONSTANTS.TAIL);

/** Were the forecasts of the last readings wrong together (../sequential-test.ts)? */
export class Sequence implements Evidence {
  readonly kind = SEQUENCE;
  private readonly test: SequentialTest;
  private readonly tail: Tail;
  private nats = 0; // ln M above LEAST

  constructor(memory: Pieces) {
    this.test = new SequentialTest(memory, 'evidence.sequence', TOP + LEAST);
    this.tail = new Tail(memory, 'evidence.sequence');
  }

  /** Without a step it stays as it is. */
  measure({ alternatives, comparable }: SeriesReading): number {
    const logM = comparable ? this.test.measure(alternatives) : this.test.soFar();
    this.nats = Math.min(TOP, Math.max(0, logM - LEAST));
    return Math.min(this.tail.rarity(this.nats), this.nats * Math.LOG10E);
  }

  deviation({ value, expected }: SeriesReading): number {
    return value - expected;
  }

  learn({ alternatives, comparable, span }: SeriesReading, teaches: boolean, normal: boolean): void {
    if (!comparable) return;
    this.test.advance(alternatives, teaches, span);
    if (normal) this.tail.add(this.nats);
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  detail(): number {
    return this.test.span;
  }
}

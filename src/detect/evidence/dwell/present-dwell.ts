import type { Pieces } from '../../../math/memory.ts';
import { HOUR_MS } from '../../../math/time.ts';
import { slotOf, SLOTS, type Dwell, type DwellTimes } from './dwell-times.ts';
import { RecurrenceGate } from '../recurrence-gate.ts';
import { CONSTANTS } from '../../constants.ts';

const { RARE, SURE_AFTER: SPAN, RECURS } = CONSTANTS;

// Slots of the memory.
const SINCE = 0; // when it began, epoch ms
const EXITS = 1; // expected since then
const WHOLE = 2; // 1 where no reading is missing since then, and none was faulty
const HEAD = 3;

/**
 * The dwell that lasts now: its length, the exits that were to be expected in it, and the hours of the day in which it fell. When it ends,
 * it is added to the past (dwell-times.ts), unless it was an exception (recurrence-gate.ts).
 *
 * Memory: since when it lasts, expected exits, whether it is whole; hours in each hour of the day; the gate.
 */
export class PresentDwell {
  /** The dwell with the reading measured last. */
  readonly dwell: Dwell = { state: -1, hours: 0, exits: 0, interval: 0 };
  private readonly times: DwellTimes;
  private readonly gate: RecurrenceGate;
  private readonly s: Float64Array;
  private readonly spent: Float64Array;
  private own = 0; // hours since the reading before that belong to it

  constructor(memory: Pieces, name: string, times: DwellTimes) {
    this.times = times;
    this.gate = new RecurrenceGate(memory, `${name}.gate`, RECURS);
    this.s = memory.take(name, HEAD);
    this.spent = memory.take(`${name}.spent`, SLOTS);
  }

  /** When it began, epoch ms. */
  get since(): number {
    return this.s[SINCE];
  }

  /** Whether its length is known: a dwell with a pause or a fault in it is neither judged nor learned. */
  get whole(): boolean {
    return this.s[WHOLE] === 1;
  }

  /** Its length so far, ms. */
  get lengthMs(): number {
    return this.dwell.hours * HOUR_MS;
  }

  /**
   * Measures it with a reading at `at`, `intervalMs` after the one before. Where it `ended` with that reading, it ended between the two,
   * and half of the interval belongs to it.
   */
  measure(state: number, at: number, day: number, intervalMs: number, ended: boolean): void {
    const { s, dwell, times } = this;
    const interval = intervalMs / HOUR_MS;
    this.own = ended ? 0.5 * interval : interval;
    dwell.state = state;
    dwell.hours = (at - s[SINCE]) / HOUR_MS;
    dwell.exits = s[EXITS] + times.rate(state, day) * this.own;
    dwell.interval = interval;
  }

  /** The reading measured last belongs to it. */
  goOn(day: number): void {
    this.s[EXITS] = this.dwell.exits;
    this.spent[slotOf(day)] += this.own;
  }

  /**
   * It ended with the reading measured last. `rarity`: that of the dwell; `teaches`: whether it may become usual. Returns whether it does.
   */
  end(day: number, rarity: number, teaches: boolean): boolean {
    if (!this.whole) return false;
    const learned = this.gate.admits(rarity > RARE, SPAN) && teaches;
    this.times.end(this.dwell, day, this.spent, learned);
    return learned;
  }

  /** Another begins. */
  begin(at: number): void {
    const { s } = this;
    s[SINCE] = at;
    s[EXITS] = 0;
    s[WHOLE] = 1;
    this.spent.fill(0);
  }

  /** A reading is missing, or the past was replaced: the present dwell is not judged. */
  interrupt(): void {
    this.s[WHOLE] = 0;
  }
}

import type { Memory } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';

/**
 * An excursion has ended after so long, and so many readings, below the line (runs declustering; S. Coles, "An Introduction to
 * Statistical Modeling of Extreme Values", 2001, section 5.3): the averages of the kinds of evidence have faded then.
 */
const { CALM_MS: RUN_MS, RECENT_SPAN } = CONSTANTS;
const RUN_READINGS = Math.round(RECENT_SPAN / 2);

// Slots.
const OPEN = 0;
const START_AT = 1;
const LAST_AT = 2; // of the last reading above the line
const FROM = 3;
const TO = 4;
const RISE_MS = 5;
const SIZE = 6;
const CALM = 7; // readings below the line in a row
const NOVELTY = 8;
const FAR_AT = 9; // of the last reading on the far side of the middle between both values
const RATE = 10; // the lowest rate of its readings
const CONTEXTUAL = 11; // the largest contextual evidence
const PAST = 12; // the values before the present reading, the newest first
/**
 * The evidence for a jump that has been learned as usual crosses the line some readings after it. The value before an excursion is that
 * before the largest of so many steps.
 */
const STEPS = RUN_READINGS;

/**
 * A run of readings with raised evidence: one event, however many readings it has.
 *
 * Memory (18): whether one is open, its start, its last reading above the line, the value before it, its farthest value, the time
 * from the start to that, the largest evidence, calm readings in a row, the smallest novelty, its last reading nearer to the farthest
 * value than to the one before it, the lowest rate, the largest contextual evidence, the last
 * six values.
 */
export class Excursion {
  private readonly s: Float64Array;
  /** Evidence from which on a reading belongs to an excursion. */
  line: number;

  constructor(memory: Pick<Memory, 'take'>, line: number) {
    this.line = line;
    this.s = memory.take('excursion', PAST + STEPS);
    this.s.fill(NaN, PAST);
  }

  get open(): boolean {
    return this.s[OPEN] === 1;
  }

  /** Epoch ms. */
  get startAt(): number {
    return this.s[START_AT];
  }

  /** Time from its first to its last reading above the line, ms. */
  get lengthMs(): number {
    return this.s[LAST_AT] - this.s[START_AT];
  }

  /** Time of its last reading above the line, epoch ms. */
  get lastAt(): number {
    return this.s[LAST_AT];
  }

  /** The value before it, in the unit of the series. */
  get from(): number {
    return this.s[FROM];
  }

  /** Its value farthest from that. */
  get to(): number {
    return this.s[TO];
  }

  /** Time from its start to that value, ms. */
  get riseMs(): number {
    return this.s[RISE_MS];
  }

  /** Time from its start to its last reading that is nearer to that value than to the one before it, ms: how long the state lasted. */
  get awayMs(): number {
    return this.s[FAR_AT] - this.s[START_AT];
  }

  /** Its largest evidence. */
  get size(): number {
    return this.s[SIZE];
  }

  /** Its largest contextual evidence. */
  get contextual(): number {
    return this.s[CONTEXTUAL];
  }

  /** The smallest novelty of its readings (novelty-rate.ts). */
  get novelty(): number {
    return this.s[NOVELTY];
  }

  /** The lowest rate of its readings, per week: it was an alarm if that is below the rate asked for. */
  get rate(): number {
    return this.s[RATE];
  }

  /** Adds the novelty of its newest reading, and the rate that follows from it. */
  note(novelty: number, rate: number): void {
    this.s[NOVELTY] = Math.min(this.s[NOVELTY], novelty);
    this.s[RATE] = Math.min(this.s[RATE], rate);
  }

  /** Whether it has ended before a reading at `at` whose evidence is below the line. */
  endsAt(at: number): boolean {
    const { s } = this;
    return this.open && s[CALM] + 1 >= RUN_READINGS && at - s[LAST_AT] >= RUN_MS;
  }

  /** Adds a reading with `evidence`. `before` is the value of the reading before it, NaN if there is none: then it is this one. */
  follow(at: number, value: number, before: number, evidence: number, contextual = 0): void {
    const { s } = this;
    s.copyWithin(PAST + 1, PAST, PAST + STEPS - 1);
    s[PAST] = before;
    if (evidence < this.line) s[CALM]++;
    else {
      if (s[OPEN] === 0) this.begin(at, value);
      s[CALM] = 0;
      s[LAST_AT] = at;
      s[SIZE] = Math.max(s[SIZE], evidence);
      s[CONTEXTUAL] = Math.max(s[CONTEXTUAL], contextual);
    }
    if (s[OPEN] === 0) return;
    if (Math.abs(value - s[FROM]) > Math.abs(s[TO] - s[FROM])) {
      s[TO] = value;
      s[RISE_MS] = at - s[START_AT];
    }
    if (Math.abs(value - s[TO]) < Math.abs(value - s[FROM])) s[FAR_AT] = at;
  }

  close(): void {
    this.s[OPEN] = 0;
  }

  private begin(at: number, value: number): void {
    const { s } = this;
    const before = this.beforeStep(value);
    s[OPEN] = 1;
    s[START_AT] = s[FAR_AT] = at;
    s[FROM] = s[TO] = before;
    s[RISE_MS] = s[SIZE] = s[CONTEXTUAL] = 0;
    s[NOVELTY] = s[RATE] = Infinity;
  }

  /** The value before the largest of the last steps up to `value`; `value` itself if there is no step. */
  private beforeStep(value: number): number {
    const { s } = this;
    let largest = -1;
    let before = value;
    let after = value;
    for (let i = PAST; i < PAST + STEPS; i++) {
      const step = Math.abs(after - s[i]);
      if (step > largest) {
        largest = step;
        before = s[i];
      }
      after = s[i];
    }
    return before;
  }
}

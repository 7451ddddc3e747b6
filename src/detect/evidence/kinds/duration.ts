import type { Memory } from '../../../math/memory.ts';
import { HOUR_MS } from '../../../math/time.ts';
import { DwellStates, STATES } from '../dwell-states.ts';
import { DwellTails, DwellTimes, slotOf, SLOTS, type Dwell } from '../dwell-times.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { RecurrenceGate } from '../recurrence-gate.ts';
import { CONSTANTS } from '../../constants.ts';

/** Sentence with both times: how long the state has lasted, and how long it usually does, ms. */
export const DURATION: Kind = {
  name: 'duration',
  weights: { collective: 0, point: 0, contextual: CONSTANTS.CONTEXTUAL_DURATION },
  directed: false,
  compares: 'band',
  sentence: (name, { value, detail, usual }, { quantity, duration }) =>
    detail > usual
      ? `${name} has stayed near ${quantity(value)} for ${duration(detail)}; it usually does so for ${duration(usual)}`
      : `${name} switches too often, now to ${quantity(value)} after ${duration(detail)}; it usually takes ${duration(usual)}`,
};

const { RARE, DWELL_SPAN: RECENT_DWELLS, RECURS: LONGEST_RARE, FEW_DWELLS: RENEWED } = CONSTANTS;
/** Late on two axes, or early: the chances of a rare dwell. */
const CHANCES = Math.log10(3);

// Slots of the memory.
const SINCE = 0; // when the present state began, epoch ms
const LAST_AT = 1;
const EXITS = 2; // expected in the present state so far
const WHOLE = 3; // 1 where the dwell has no gap or fault in it so far
const READINGS = 4; // since the first switch
const DWELLS = 5;
const EARLY = 6; // rarity of the last dwells at the last switch
const EARLY_MS = 7; // length of the last of them
const EARLY_USUAL = 8; // usual length of it, ms
const FIRST_AT = 9; // time of the first reading, epoch ms

/** Has the series been in its state for too long, or did it leave its last states too early (../dwell-times.ts)? */
export class Duration implements Evidence {
  readonly kind = DURATION;
  readonly states: DwellStates;
  private readonly times: DwellTimes;
  private readonly gate: RecurrenceGate;
  private readonly s: Float64Array;
  private readonly spent: Float64Array; // hours of the present dwell in each hour of the day
  private readonly dwell: Dwell = { state: -1, hours: 0, exits: 0, interval: 0 };
  private intervalMs = 0;
  private rarity = 0; // of a dwell
  private isEarly = false;

  constructor(memory: Pick<Memory, 'take'>, tails = new DwellTails(memory)) {
    this.states = new DwellStates(memory);
    this.times = new DwellTimes(memory, 'duration', STATES, tails);
    this.gate = new RecurrenceGate(memory, 'duration.gate', LONGEST_RARE);
    this.s = memory.take('duration', 10);
    this.s[FIRST_AT] = NaN;
    this.spent = memory.take('duration.spent', SLOTS);
  }

  /** Times what the dwell would be of one reading: one of 1,000 dwells of ten readings each is one reading of 10,000. */
  measure({ value, at, day, change, comparable, deviation }: SeriesReading): number {
    const { s, states, times, dwell } = this;
    this.rarity = 0;
    states.next = -1;
    if (!comparable) return NOT_APPLICABLE;
    states.measure(value, change, deviation);
    if (states.present < 0) return NOT_APPLICABLE;
    this.intervalMs = Math.max(0, at - s[LAST_AT]);
    dwell.state = states.present;
    dwell.hours = (at - s[SINCE]) / HOUR_MS;
    dwell.exits = s[EXITS] + (times.rate(dwell.state, day) * this.spentMs) / HOUR_MS;
    dwell.interval = this.intervalMs / HOUR_MS;
    if (s[WHOLE] !== 1) return NOT_APPLICABLE;
    // A dwell that is longer than all the time before it, or than all past dwells in its state together, says that the past was too short.
    const known = Math.min(s[SINCE] - s[FIRST_AT], times.totalMs(dwell.state)) >= at - s[SINCE];
    const late = known ? times.lateRarity(dwell) : 0;
    // A dwell that ended too early counts for as long again: switching too often is one event.
    const early = states.next >= 0 ? times.earlyRarity(dwell) : at - s[SINCE] < s[EARLY_MS] ? s[EARLY] : 0;
    this.rarity = Math.max(late, early);
    this.isEarly = early > late;
    if (this.rarity === 0) return 0;
    return this.rarity - CHANCES + Math.log10(Math.max(1, s[READINGS] / (s[DWELLS] + 1)));
  }

  deviation(): number {
    return 0;
  }

  learn({ value, at, day, change, comparable }: SeriesReading, teaches: boolean): void {
    const { s, states } = this;
    if (Number.isNaN(s[FIRST_AT])) s[FIRST_AT] = at;
    if (comparable) {
      if (states.present >= 0) this.continueDwell(day);
      if (states.next >= 0) this.switchState(at, day, teaches);
      states.learn(value, change, teaches);
    } else s[WHOLE] = 0;
    s[LAST_AT] = at;
  }

  /** The present dwell is not judged, and the past counts as so few dwells that the states are not judged before they are known anew. */
  renew(): void {
    this.s[WHOLE] = this.s[EARLY] = 0;
    this.times.renew(RENEWED);
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  /** Length of the dwell, ms. */
  detail(): number {
    return this.isEarly && this.states.next < 0 ? this.s[EARLY_MS] : this.dwell.hours * HOUR_MS;
  }

  /** Usual length of it, ms. */
  usual(): number {
    return this.isEarly && this.states.next < 0 ? this.s[EARLY_USUAL] : this.times.usualMs(this.dwell.state);
  }

  /** How many times as long as the longest dwell of its state the present one is; 1 where it is not late. */
  overdue(): number {
    const { dwell, times } = this;
    return this.rarity > 0 && !this.isEarly ? (dwell.hours * HOUR_MS) / times.longestMs(dwell.state) : 1;
  }

  /** Part of the time since the last reading that the present state lasted: half of it where it ended between the two. */
  private get spentMs(): number {
    return this.states.next < 0 ? this.intervalMs : 0.5 * this.intervalMs;
  }

  private continueDwell(day: number): void {
    const { s, dwell, spent } = this;
    s[READINGS]++;
    s[EXITS] = dwell.exits;
    spent[slotOf(day)] += this.spentMs / HOUR_MS;
  }

  /** A dwell with a gap or a fault in it is not learned. */
  private switchState(at: number, day: number, teaches: boolean): void {
    const { s, states, times, dwell, spent } = this;
    if (states.present >= 0) {
      s[DWELLS]++;
      s[EARLY] = 0;
      if (s[WHOLE] === 1) {
        s[EARLY] = times.earlyRarity(dwell);
        s[EARLY_MS] = dwell.hours * HOUR_MS;
        s[EARLY_USUAL] = times.usualMs(dwell.state);
        const recurs = this.gate.admits(this.rarity > RARE, RECENT_DWELLS);
        times.end(dwell, day, spent, teaches && recurs);
      }
    }
    if (states.isNew && teaches) times.forget(states.next);
    s[SINCE] = at;
    s[EXITS] = 0;
    s[WHOLE] = 1;
    spent.fill(0);
  }
}

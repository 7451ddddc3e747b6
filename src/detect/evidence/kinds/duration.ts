import { log10 } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { DwellStates, STATES } from '../dwell/dwell-states.ts';
import { DwellTails, DwellTimes } from '../dwell/dwell-times.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { PresentDwell } from '../dwell/present-dwell.ts';
import { CONSTANTS } from '../../constants.ts';

/** Sentence with both times: how long the state has lasted, and how long it usually does, ms. */
export const DURATION: Kind = {
  name: 'duration',
  weights: { collective: 0, point: 0, contextual: CONSTANTS.WEIGHT },
  directed: false,
  compares: 'band',
  sentence: (name, { value, detail, usual }, { quantity, duration }) =>
    detail > usual
      ? `${name} has stayed near ${quantity(value)} for ${duration(detail)}; it usually does so for ${duration(usual)}`
      : `${name} switches too often, now to ${quantity(value)} after ${duration(detail)}; it usually takes ${duration(usual)}`,
};

const { RECURS: RENEWED } = CONSTANTS;
/** Late on two axes, or early: the chances of a rare dwell. */
const CHANCES = log10(3);

// Slots of the memory.
const LAST_AT = 0;
const READINGS = 1; // since the first switch
const DWELLS = 2;
const EARLY = 3; // rarity of the last dwells at the last switch
const EARLY_MS = 4; // length of the last of them
const EARLY_USUAL = 5; // usual length of it, ms
const FIRST_AT = 6; // time of the first reading, epoch ms

/** Has the series been in its state for too long, or did it leave its last states too early (../dwell/dwell-times.ts)? */
export class Duration implements Evidence {
  readonly kind = DURATION;
  readonly states: DwellStates;
  private readonly times: DwellTimes;
  private readonly present: PresentDwell;
  private readonly s: Float64Array;
  private rarity = 0; // of a dwell
  private isEarly = false;

  constructor(memory: Pieces, tails = new DwellTails(memory)) {
    this.states = new DwellStates(memory);
    this.times = new DwellTimes(memory, 'duration', STATES, tails);
    this.present = new PresentDwell(memory, 'duration.present', this.times);
    this.s = memory.take('duration', 7);
    this.s[FIRST_AT] = NaN;
  }

  /** Factor for a dwell that is judged at each of its readings: one of 1,000 dwells of ten readings each is one reading of 10,000. */
  measure({ value, at, day, change, comparable, deviation }: SeriesReading): number {
    const { s, states, times, present } = this;
    this.rarity = 0;
    states.next = -1;
    if (!comparable) return NOT_APPLICABLE;
    states.measure(value, change, deviation);
    if (states.present < 0) return NOT_APPLICABLE;
    present.measure(states.present, at, day, Math.max(0, at - s[LAST_AT]), states.next >= 0);
    if (!present.whole) return NOT_APPLICABLE;
    const { dwell, since } = present;
    // A dwell that is longer than all the time before it, or than all past dwells in its state together, says that the past was too short.
    const known = Math.min(since - s[FIRST_AT], times.totalMs(dwell.state)) >= at - since;
    const late = known ? times.lateRarity(dwell) : 0;
    // A dwell that ended too early counts for as long as it lasted: switching too often is one event.
    const early = states.next >= 0 ? times.earlyRarity(dwell) : at - since < s[EARLY_MS] ? s[EARLY] : 0;
    this.rarity = Math.max(late, early);
    this.isEarly = early > late;
    if (this.rarity === 0) return 0;
    return this.rarity - CHANCES + log10(Math.max(1, s[READINGS] / (s[DWELLS] + 1)));
  }

  deviation(): number {
    return 0;
  }

  learn({ value, at, day, change, comparable }: SeriesReading, teaches: boolean): void {
    const { s, states, present } = this;
    if (Number.isNaN(s[FIRST_AT])) s[FIRST_AT] = at;
    if (comparable) {
      if (states.present >= 0) {
        s[READINGS]++;
        present.goOn(day);
      }
      if (states.next >= 0) this.switchState(at, day, teaches);
      states.learn(value, change, teaches);
    } else present.interrupt();
    s[LAST_AT] = at;
  }

  /** The present dwell is not judged, and the past counts as so few dwells that the states are not judged before they are known anew. */
  renew(): void {
    this.s[EARLY] = 0;
    this.present.interrupt();
    this.times.renew(RENEWED);
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  /** Length of the dwell, ms. */
  detail(): number {
    return this.isEarly && this.states.next < 0 ? this.s[EARLY_MS] : this.present.lengthMs;
  }

  /** Usual length of it, ms. */
  usual(): number {
    return this.isEarly && this.states.next < 0 ? this.s[EARLY_USUAL] : this.times.usualMs(this.present.dwell.state);
  }

  /** How many times as long as the longest dwell of its state the present one is; 1 where it is not late. */
  overdue(): number {
    const { present, times } = this;
    return this.rarity > 0 && !this.isEarly ? present.lengthMs / times.longestMs(present.dwell.state) : 1;
  }

  private switchState(at: number, day: number, teaches: boolean): void {
    const { s, states, times, present } = this;
    if (states.present >= 0) {
      s[DWELLS]++;
      s[EARLY] = 0;
      if (present.whole) {
        s[EARLY] = times.earlyRarity(present.dwell);
        s[EARLY_MS] = present.lengthMs;
        s[EARLY_USUAL] = times.usualMs(present.dwell.state);
        present.end(day, this.rarity, teaches);
      }
    }
    if (states.isNew && teaches) times.forget(states.next);
    present.begin(at);
  }
}

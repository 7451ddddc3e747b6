import { log10 } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { DAY_MS } from '../../../math/time.ts';
import { CONSTANTS } from '../../constants.ts';
import type { SeriesReading } from '../kind.ts';
import { DwellTimes, type Dwell, type DwellTails } from './dwell-times.ts';
import { PresentDwell } from './present-dwell.ts';
import { TurnLevels } from './turn-levels.ts';
import { Turns } from './turns.ts';

const { RECENT_SPAN: PHASES } = CONSTANTS;

/** Drops and rises: each has its gaps and levels. */
export const DIRECTIONS = 2;
export const DROP = 0;
export const RISE = 1;

// Slots of the memory.
const LAST_AT = 0;
const READINGS = 1; // since the first turn
const TURNS = 2;
const LOW_MS = 3; // usual time from a drop to a rise, and from a rise to a drop
const HIGH_MS = 4;
const HEAD = 5;

export interface StrokesOptions {
  readonly part: number;
  readonly variation: number;
}

/**
 * The strokes of a series that goes up and down: the gaps from one drop to the next and from one rise to the next, the levels from which
 * it drops and rises, and how long it is low and high. A gap is measured as a dwell is (dwell-times.ts).
 *
 * Memory: that of its parts, and five numbers.
 */
export class Strokes {
  readonly turns: Turns;
  readonly times: DwellTimes;
  readonly levels: TurnLevels;
  /** The gap that ends with the next turn. */
  gap: PresentDwell;
  /** Whether it goes up and down regularly, between levels that are always much the same, at the reading measured last. */
  known = false;
  /** Whether that gap can be judged. */
  judged = false;
  private readonly present: readonly PresentDwell[]; // the gap since the last turn in each direction
  private readonly variation: number;
  private readonly s: Float64Array;
  private readonly delay: Dwell = { state: -1, hours: 0, exits: 0, interval: 0 };

  /**
   * `part`: smallest movement that counts, as a part of the largest (turns.ts). `variation`: gaps are regular below this share of the
   * variation of memoryless ones.
   */
  constructor(memory: Pieces, name: string, tails: DwellTails, { part, variation }: StrokesOptions) {
    this.variation = variation;
    this.turns = new Turns(memory, `${name}.turns`, part);
    this.times = new DwellTimes(memory, name, DIRECTIONS, tails);
    this.levels = new TurnLevels(memory, `${name}.levels`, DIRECTIONS);
    this.present = ['drop', 'rise'].map((turn) => new PresentDwell(memory, `${name}.${turn}`, this.times));
    this.gap = this.present[DROP];
    this.s = memory.take(name, HEAD);
  }

  /** Measures a reading. `change`: the usual one between readings. Changes no memory. */
  measure({ value, at, day, comparable, deviation }: SeriesReading, change: number): void {
    const { s, turns, times, present } = this;
    turns.turned = turns.least = 0; // a reading without a step is not judged
    this.known = this.judged = false;
    if (!comparable) return;
    turns.measure(value, deviation, change);
    const next = turns.direction > 0 ? DROP : RISE; // the only turn that can come
    for (let place = 0; place < DIRECTIONS; place++)
      present[place].measure(place, at, day, Math.max(0, at - s[LAST_AT]), turns.turned !== 0 && place === next);
    const gap = (this.gap = present[next]);
    // A cycle that was not seen by day and by night, or for less time than the present gap, is not judged.
    const seen = times.totalMs(next) >= Math.max(DAY_MS, at - gap.since);
    this.known = this.isKnown();
    this.judged = this.known && turns.direction !== 0 && gap.whole && seen;
  }

  /** Time of the reading before, epoch ms. */
  get lastAt(): number {
    return this.s[LAST_AT];
  }

  /** The shorter movement of a cycle: -1 where the series is low for less of the time than high, else 1. */
  get shorter(): number {
    return this.s[LOW_MS] < this.s[HIGH_MS] ? -1 : 1;
  }

  /** log10 of the readings of a usual gap. */
  get readingsPerGap(): number {
    const { s } = this;
    return log10(Math.max(1, s[READINGS] / (s[TURNS] / DIRECTIONS + 1)));
  }

  /**
   * How rare it is that the next turn has not come yet, -log10 P. A turn is late by the time for which the gap, or the phase before the turn,
   * has lasted too long, whichever is less: a late rise makes the next drop no later.
   */
  lateRarity(): number {
    const { s, times, gap, present, delay } = this;
    const { state, hours, exits, interval } = gap.dwell;
    const phaseMs = gap.since + gap.lengthMs - present[DIRECTIONS - 1 - state].since;
    const usualMs = times.usualMs(state) + phaseMs - s[phaseBefore(state)];
    const share = Math.max(0, Math.min(1, usualMs / gap.lengthMs));
    delay.state = state;
    delay.hours = share * hours;
    delay.exits = share * exits;
    delay.interval = interval;
    return times.lateRarity(delay);
  }

  /** Adds the reading measured last. `rarity`: that of the gap which it ends, where it is a turn. */
  learn({ value, at, day, comparable, span }: SeriesReading, rarity: number, teaches: boolean): void {
    const { s, turns, present } = this;
    if (comparable) {
      for (const gap of present) gap.goOn(day);
      if (s[TURNS] > 0) s[READINGS]++;
      if (turns.turned !== 0) this.turn(at, day, rarity, teaches);
    } else for (const gap of present) gap.interrupt();
    turns.learn(value, span, teaches);
    s[LAST_AT] = at;
  }

  /** Deletes the past, because the series behaves differently: its cycle is not judged before it is known. */
  renew(): void {
    for (const gap of this.present) gap.interrupt();
    this.times.renew(0);
    this.levels.forget();
    this.turns.forget();
    this.s[LOW_MS] = this.s[HIGH_MS] = 0;
    this.known = false;
  }

  private isKnown(): boolean {
    const { times, levels, turns, variation } = this;
    for (let place = 0; place < DIRECTIONS; place++)
      if (!times.isRegular(place, variation) || !levels.isSteady(place, turns.least)) return false;
    return true;
  }

  private turn(at: number, day: number, rarity: number, teaches: boolean): void {
    const { s, turns, times, levels, gap, present } = this;
    const place = gap.dwell.state;
    s[TURNS]++;
    // A gap that is long because of the one before is no alarm, but not usual either.
    if (gap.end(day, Math.max(times.lateRarity(gap.dwell), rarity), teaches)) {
      levels.add(place, turns.end);
      const phase = phaseBefore(place);
      const phaseMs = at - present[DIRECTIONS - 1 - place].since;
      s[phase] += (phaseMs - s[phase]) / (s[phase] === 0 ? 1 : PHASES);
    }
    gap.begin(at);
  }
}

/** Slot of the usual time from the turn in the other direction to one in this. */
const phaseBefore = (place: number): number => (place === DROP ? HIGH_MS : LOW_MS);

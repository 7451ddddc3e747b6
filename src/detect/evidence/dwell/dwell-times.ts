import { cbrt, cube, log, log10, square } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { SparseSingles } from '../../../math/sparse-singles.ts';
import { HOUR_MS } from '../../../math/time.ts';
import { Tail } from '../rarity/tail.ts';
import { CONSTANTS } from '../../constants.ts';

/** Parts of the day with a rate of exits of their own. */
export const SLOTS = 24;
/** Most series have few states: the numbers of so many hours of one are stored if one of them is not 0. */
const BLOCK = 8;
const { SURE_AFTER: SPAN, RECURS: SEVERAL, ALIKE_DEVIATIONS, WINSOR } = CONSTANTS;
/**
 * Coefficient of variation of the cube root of a memoryless dwell (exponential). A state whose dwells vary more, by three standard
 * errors, comes in bursts or from noise: a long dwell of it means nothing.
 */
const MEMORYLESS = 0.36;
/**
 * A state that usually lasts less than this many intervals between readings is not resolved (the sampling theorem): it may be flicker
 * of a coarse sensor.
 */
const RESOLVED = 2;
/** A dwell is late from one deviation beyond the longest of its state, and a single one is early from one below the mean. */
const BEYOND_LONGEST = 1;
const EARLY = 1;
/** Dwells of a state before its rate of exits is good enough to measure dwells in expected exits, and before it is judged. */
const RATE_KNOWN_AFTER = SEVERAL;
const FEW = 2 * SEVERAL;
/** Dwells of all states before which no duration is judged. */
const READY = 2 * FEW;
/** Smallest relative variance of the cube root, so that it is never 0: a timing error of 1 %. */
const EXACT = 1e-5;
/** Deviations are calibrated on [-CENTRE, 17 - CENTRE]. */
const CENTRE = 4;

/** The two axes on which a dwell is measured. */
const AXES = 2;
const TIME = 0;
const EXITS = 1;
type Axis = typeof TIME | typeof EXITS;

// Fields of a state; mean, variance and longest for each axis.
const COUNT = 0;
const MEAN = 1;
const VARIANCE = MEAN + AXES;
const LONGEST = VARIANCE + AXES;
const FIELDS = LONGEST + AXES;

// Fields of all states together.
const DWELLS = 0;
const RECENT = 1; // mean deviation of the last dwells, on the axis of time
const POOLED = 2; // relative variance around the mean of the state, for each axis

/** One dwell, ended or not. It is overwritten with each reading. */
export interface Dwell {
  state: number;
  /** Its length, and that in expected exits. */
  hours: number;
  exits: number;
  /** Hours since the reading before: a dwell is known to half of it. */
  interval: number;
}

/** The distribution of the deviations z of past dwells: up to three histograms, which several tables of dwells may fill together. */
export class DwellTails {
  readonly late: readonly (Tail | null)[]; // of z, for each axis; null where it is not judged
  readonly early: Tail | null; // of minus the mean z of several dwells; null where short ones are not judged

  /** `regular`: only dwells that are too long by their time are judged. */
  constructor(memory: Pieces, name = 'duration', regular = false) {
    this.late = [new Tail(memory, `${name}.late.time`), regular ? null : new Tail(memory, `${name}.late.exits`)];
    this.early = regular ? null : new Tail(memory, `${name}.early`);
  }

  /** The series behaves differently from now on: deviations from the old usual dwells are deleted. */
  forget(): void {
    for (const tail of [...this.late, this.early]) tail?.forget();
  }
}

/**
 * How long a series stays in each of its states. A dwell is measured on two axes:
 *
 *   y = cbrt(t)        its time
 *   y = cbrt(Lambda)   the number of exits that the state's rate in each hour of the day predicts for that time
 *
 * The first is precise for a machine with a cycle (a fridge), the second for a state that depends on people (a door that nobody opens
 * at night). The cube root makes dwells from exactly timed to memoryless nearly normal (E. B. Wilson, M. M. Hilferty, "The
 * distribution of chi-square", PNAS 17, 1931). Each is standardised by the past of its state, z = (y - m) / sd, and is as rare as
 *
 *   min(Student's t with as many degrees of freedom as there are dwells, the share of all past z at least as large).
 *
 * Memory: for each state (7) and its exits and hours in each hour of the day (2 x 24), for all (4).
 */
export class DwellTimes {
  private readonly states: Float64Array;
  private readonly exits: SparseSingles; // (states, SLOTS)
  private readonly hours: SparseSingles; // spent in each state, (states, SLOTS)
  private readonly all: Float64Array;
  private readonly late: readonly (Tail | null)[]; // of z, for each axis
  private readonly early: Tail | null; // of minus the mean z of several dwells
  /** For each state the rate that was computed last, its hour, and the number of table changes then: most readings need it again. */
  private readonly rates: Float64Array;

  /** `states`: how many there are; `tails`: deviations of all dwells of the series. */
  constructor(memory: Pieces, name: string, states: number, { late, early }: DwellTails) {
    this.states = memory.take(`${name}.times`, states * FIELDS);
    const cells = states * SLOTS;
    this.exits = memory.pack(`${name}.exits`, cells * 4, new SparseSingles(cells, BLOCK));
    this.hours = memory.pack(`${name}.hours`, cells * 4, new SparseSingles(cells, BLOCK));
    this.all = memory.take(`${name}.all`, POOLED + AXES);
    this.late = late;
    this.early = early;
    this.rates = new Float64Array(3 * states).fill(NaN);
  }

  /** Exits an hour from a state at a time of day, the share of the day that is over. */
  rate(state: number, day: number): number {
    const { exits, hours, rates } = this;
    const o = 3 * state;
    const slot = slotOf(day);
    const changes = exits.changes + hours.changes;
    if (rates[o + 1] === slot && rates[o + 2] === changes) return rates[o];
    rates[o + 1] = slot;
    rates[o + 2] = changes;
    return (rates[o] = this.rateIn(state * SLOTS, slot));
  }

  /** All past dwells in a state together, ms: their number times their usual length. */
  totalMs(state: number): number {
    return this.states[state * FIELDS + COUNT] * this.usualMs(state);
  }

  /** Past dwells in a state. */
  count(state: number): number {
    return this.states[state * FIELDS + COUNT];
  }

  /** Whether there are enough of them to judge one. */
  knows(state: number): boolean {
    return this.has(state, FEW) && this.all[DWELLS] >= READY;
  }

  /** Whether dwells in a state are known, and vary by less than this share of the variation of memoryless ones. */
  isRegular(state: number, share: number): boolean {
    const { states } = this;
    const o = state * FIELDS;
    return this.knows(state) && Math.sqrt(states[o + VARIANCE]) < share * MEMORYLESS * states[o + MEAN];
  }

  /** Usual and longest dwell of a state, ms. */
  usualMs(state: number): number {
    return cube(this.states[state * FIELDS + MEAN + TIME]) * HOUR_MS;
  }

  longestMs(state: number): number {
    return cube(this.states[state * FIELDS + LONGEST + TIME]) * HOUR_MS;
  }

  /** How rare it is that a dwell lasts so long, -log10 P; 0 where it is not longer than the longest of its state. */
  lateRarity(dwell: Dwell): number {
    if (!this.knows(dwell.state)) return 0;
    return Math.max(this.lateOn(TIME, dwell), this.lateOn(EXITS, dwell));
  }

  /** How rare it is that the last few dwells, with this one that just ended, were so short. */
  earlyRarity(dwell: Dwell): number {
    const { early } = this;
    if (early === null || !this.knows(dwell.state)) return 0;
    const z = this.z(TIME, dwell);
    const recent = -this.recentWith(z);
    if (!(recent > 0) || z > -EARLY) return 0;
    // The exponentially weighted mean of n has a deviation of 1 / sqrt(2 n - 1).
    const alone = student(recent * Math.sqrt(2 * SEVERAL - 1), this.states[dwell.state * FIELDS + COUNT]);
    return Math.min(alone, early.rarity(recent));
  }

  /** Whether `ms` are as long as a dwell in the state of `dwell` usually is, to one deviation: then it is not early. */
  isUsual(dwell: Dwell, ms: number): boolean {
    const usual = this.states[dwell.state * FIELDS + MEAN + TIME];
    return Math.abs(cbrt(ms / HOUR_MS) - usual) <= EARLY * this.spread(TIME, dwell);
  }

  /** Adds an ended dwell to the last few and, if `teaches`, to the history. `spent`: hours of it in each hour of the day. */
  end(dwell: Dwell, day: number, spent: Float64Array, teaches: boolean): void {
    if (this.knows(dwell.state)) {
      this.all[RECENT] = this.recentWith(this.z(TIME, dwell));
      if (teaches) this.early?.add(Math.max(0, -this.all[RECENT]));
    }
    if (!teaches) return;
    const { states, all, exits, hours } = this;
    const known = this.has(dwell.state, FEW);
    const n = ++states[dwell.state * FIELDS + COUNT];
    this.add(TIME, dwell, n, known);
    if (n > RATE_KNOWN_AFTER) this.add(EXITS, dwell, n - RATE_KNOWN_AFTER, known);
    if (known) all[DWELLS]++;
    const keep = 1 - 1 / SPAN;
    for (let j = 0, k = dwell.state * SLOTS; j < SLOTS; j++, k++) {
      exits.put(k, exits.at(k) * keep);
      hours.put(k, hours.at(k) * keep + spent[j]);
    }
    exits.add(dwell.state * SLOTS + slotOf(day), 1);
  }

  /** The series behaves differently from now on: the past of each state counts as so many dwells at most. */
  renew(dwells: number): void {
    const { states, all } = this;
    for (let o = COUNT; o < states.length; o += FIELDS) states[o] = Math.min(dwells, states[o]);
    all[RECENT] = 0;
  }

  /** Another state takes the place: deletes its dwells. */
  forget(state: number): void {
    this.states.fill(0, state * FIELDS, (state + 1) * FIELDS);
    this.exits.scale(state * SLOTS, (state + 1) * SLOTS, 0);
    this.hours.scale(state * SLOTS, (state + 1) * SLOTS, 0);
  }

  private rateIn(from: number, slot: number): number {
    const { exits, hours } = this;
    let n = 0;
    let t = 0;
    for (let k = from; k < from + SLOTS; k++) {
      n += exits.at(k);
      t += hours.at(k);
    }
    if (t === 0) return 0;
    const k = from + slot;
    // The rate of the whole day counts as one exit.
    return (exits.at(k) + 1) / (hours.at(k) + t / (n + 1));
  }

  private has(state: number, dwells: number): boolean {
    return this.states[state * FIELDS + COUNT] >= dwells;
  }

  private lateOn(axis: Axis, dwell: Dwell): number {
    const { states } = this;
    const o = dwell.state * FIELDS;
    const mean = states[o + MEAN + axis];
    const late = this.late[axis];
    if (late === null || !this.isJudged(axis, dwell)) return 0;
    const longest = (states[o + LONGEST + axis] - mean) / this.spread(axis, dwell);
    const z = this.z(axis, dwell);
    if (!(z > Math.max(0, longest) + BEYOND_LONGEST)) return 0;
    return Math.min(student(z, states[o + COUNT]), late.rarity(CENTRE + compress(z)));
  }

  /** Whether a dwell in the state can be late at all: one that is too variable, or too short to be resolved, cannot. */
  private isJudged(axis: Axis, { state, interval }: Dwell): boolean {
    const { states } = this;
    const o = state * FIELDS;
    const error = ALIKE_DEVIATIONS / Math.sqrt(2 * Math.min(SPAN, states[o + COUNT])); // of a deviation, relative
    const variable = states[o + VARIANCE + axis] > square(MEMORYLESS * (1 + error) * states[o + MEAN + axis]);
    return !variable && cube(states[o + MEAN + TIME]) >= RESOLVED * interval;
  }

  private z(axis: Axis, dwell: Dwell): number {
    return (measureOf(axis, dwell) - this.states[dwell.state * FIELDS + MEAN + axis]) / this.spread(axis, dwell);
  }

  /** Deviation of y of the next dwell: that of the state, what states have in common, and the error of reading it. */
  private spread(axis: Axis, { state, interval }: Dwell): number {
    const { states, all } = this;
    const o = state * FIELDS;
    const n = Math.max(1, states[o + COUNT]);
    const meanSquare = square(states[o + MEAN + axis]);
    const usual = cube(states[o + MEAN + TIME]);
    const error = usual > 0 ? (0.5 * interval) / usual / 3 : 0; // of the cube root of a usual dwell, relative
    const own = (n * states[o + VARIANCE + axis] + SEVERAL * meanSquare * all[POOLED + axis]) / (n + SEVERAL);
    return Math.sqrt((own + meanSquare * (error * error + EXACT)) * (1 + 1 / n));
  }

  private add(axis: Axis, dwell: Dwell, n: number, known: boolean): void {
    const { states, all } = this;
    const o = dwell.state * FIELDS;
    const y = measureOf(axis, dwell);
    const before = states[o + MEAN + axis];
    let d = y - before;
    if (known) {
      const spread = this.spread(axis, dwell);
      if (this.isJudged(axis, dwell)) this.late[axis]?.add(Math.max(0, CENTRE + compress(d / spread)));
      d = Math.max(-WINSOR * spread, Math.min(WINSOR * spread, d));
      const relative = before > 0 ? d / before : 0;
      all[POOLED + axis] += Math.max(1 / SPAN, 1 / (all[DWELLS] + 1)) * (relative * relative - all[POOLED + axis]);
    }
    const a = Math.max(1 / n, 1 / SPAN);
    const mean = (states[o + MEAN + axis] = before + a * d);
    states[o + VARIANCE + axis] = (1 - a) * (states[o + VARIANCE + axis] + a * d * d);
    const longest = n === 1 ? y : states[o + LONGEST + axis];
    states[o + LONGEST + axis] = Math.max(y, longest + (mean - longest) / SPAN);
  }

  private recentWith(z: number): number {
    const recent = this.all[RECENT];
    return recent + (Math.max(-WINSOR, Math.min(WINSOR, z)) - recent) / SEVERAL;
  }
}

export const slotOf = (day: number): number => Math.floor(day * SLOTS);

const measureOf = (axis: Axis, { hours, exits }: Dwell): number => cbrt(axis === TIME ? hours : exits);

/** Deviations beyond 3 on a logarithmic scale, so that the histogram reaches 200 deviations. */
const compress = (z: number): number => (z < 3 ? z : 3 + 3 * log(z / 3));

/** -log10 of the density of Student's t at z relative to that at 0, n degrees of freedom: the largest rarity that n dwells can show. */
export const student = (z: number, n: number): number => 0.5 * (n + 1) * log10(1 + (z * z) / n);

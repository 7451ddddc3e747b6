import { singlesOf, type Memory } from '../../math/memory.ts';
import { DayVariation } from './day-variation.ts';
import { AXIS_BINS, LevelAxis } from './level-axis.ts';
import { CONSTANTS } from '../constants.ts';

/** Parts of the day that have a histogram of their own. */
const SLOTS = 24;
const ALL = SLOTS;
const { OCCUPANCY_DAYS: DAYS } = CONSTANTS;
/** Before the first reading the counts are one reading, spread over all bins: a new one is rare, not impossible. */
const PRIOR = 1 / AXIS_BINS;
/** A level counts this much for the bins beside its own, so that a value on their edge is in both. */
const BESIDE = 0.25;
/** A level that changes from day to day by less than this many bins is the same: it rounds to the same bin. */
const RESOLUTION = 0.5;

// Slots of the present hour.
const HOUR = 0;
const READINGS = 1;
const SURPRISAL = 2; // sum over its readings, nats
const PLACE = 3; // sum over its readings, bins

/**
 * Which levels occur in which hour of the day, from counts on a fine axis:
 *
 *   p(b | hour) = (c_b,hour + k p(b)) / (n_hour + k),   p(b) = (c_b + 1 / B) / (n + 1)
 *
 * with the counts c of the last four weeks, one set for each hour of the day and one for the whole day, which counts as one day:
 * k readings. An hour is counted when it is over: otherwise a level never seen would be usual after its first minutes.
 *
 * Memory: counts (25, 64) with their totals and mean surprisals; counts (64) of the present hour and its slot, readings, surprisal,
 * place. Counts are in single precision.
 */
export class HourlyLevels {
  private readonly axis: LevelAxis;
  private readonly counts: Float32Array;
  private readonly totals: Float64Array;
  private readonly surprisals: Float64Array;
  private readonly pending: Float32Array;
  private readonly hour: Float64Array;
  private readonly variation: DayVariation;
  private readonly values = new Float64Array(AXIS_BINS);
  private readonly moved = new Float64Array(AXIS_BINS);

  constructor(memory: Pick<Memory, 'take'>) {
    this.axis = new LevelAxis(memory);
    this.counts = singlesOf(memory.take('occupancy.counts', ((SLOTS + 1) * AXIS_BINS) / 2));
    this.totals = memory.take('occupancy.totals', SLOTS + 1);
    this.surprisals = memory.take('occupancy.surprisals', SLOTS + 1);
    this.pending = singlesOf(memory.take('occupancy.pending', AXIS_BINS / 2));
    this.hour = memory.take('occupancy.hour', 4);
    this.variation = new DayVariation(memory, SLOTS, RESOLUTION);
  }

  /** Whether the hour of a time of day, the share of the day that is over, has been seen on so many days. */
  knows(day: number, days: number, readingsAnHour: number): boolean {
    return this.axis.fitted && this.totals[slotOf(day)] >= days * readingsAnHour;
  }

  /** On how many independent days it has been seen (day-variation.ts). */
  independentDays(day: number, readingsAnHour: number): number {
    return (this.totals[slotOf(day)] / readingsAnHour) * this.variation.independence;
  }

  /** Surprisal of a level at a time of day beyond the usual one of that hour, nats. */
  excess(x: number, day: number, readingsAnHour: number): number {
    const { totals, surprisals } = this;
    const slot = slotOf(day);
    const k = sharedReadings(readingsAnHour);
    const usual = (totals[slot] * surprisals[slot] + k * surprisals[ALL]) / (totals[slot] + k);
    return this.surprisal(x, slot, k) - usual;
  }

  /** Adds a level. */
  learn(x: number, day: number, readingsAnHour: number): void {
    const { axis, hour } = this;
    if (axis.add(x)) this.fit();
    if (!axis.fitted) return;
    const slot = slotOf(day);
    if (slot !== hour[HOUR]) this.count();
    hour[HOUR] = slot;
    hour[READINGS]++;
    hour[SURPRISAL] += this.surprisal(x, slot, sharedReadings(readingsAnHour));
    hour[PLACE] += axis.placeOf(x);
    this.pending[axis.binOf(x)]++;
  }

  /** Forgets the present hour: it is not normal. */
  drop(): void {
    this.pending.fill(0);
    this.hour[READINGS] = this.hour[SURPRISAL] = this.hour[PLACE] = 0;
  }

  /** Another life begins: the past counts as so many days at most. */
  renew(days: number, readingsAnHour: number): void {
    const { counts, totals } = this;
    this.variation.restart();
    for (let row = 0; row <= ALL; row++) {
      const most = days * readingsAnHour * (row === ALL ? SLOTS : 1);
      if (totals[row] <= most) continue;
      const keep = most / totals[row];
      for (let b = 0, k = row * AXIS_BINS; b < AXIS_BINS; b++, k++) counts[k] *= keep;
      totals[row] = most;
    }
  }

  private surprisal(x: number, slot: number, k: number): number {
    const { totals } = this;
    const bin = this.axis.binOf(x);
    const all = (this.near(ALL, bin) + PRIOR) / (totals[ALL] + PRIOR * AXIS_BINS);
    return -Math.log((this.near(slot, bin) + k * all) / (totals[slot] + k));
  }

  /** Count of a level: a value on the edge of two bins must not surprise. */
  private near(row: number, bin: number): number {
    const { counts } = this;
    const o = row * AXIS_BINS + bin;
    const beside = (bin > 0 ? counts[o - 1] : 0) + (bin < AXIS_BINS - 1 ? counts[o + 1] : 0);
    return counts[o] + BESIDE * beside;
  }

  /** Counts the hour that is over. */
  private count(): void {
    if (this.hour[READINGS] === 0) return;
    this.variation.add(this.hour[HOUR], this.hour[PLACE] / this.hour[READINGS]);
    this.countIn(this.hour[HOUR], 1 - 1 / DAYS);
    this.countIn(ALL, 1 - 1 / (DAYS * SLOTS));
    this.drop();
  }

  private countIn(row: number, keep: number): void {
    const { counts, totals, surprisals, pending, hour } = this;
    for (let b = 0, k = row * AXIS_BINS; b < AXIS_BINS; b++, k++) counts[k] = counts[k] * keep + pending[b];
    totals[row] = totals[row] * keep + hour[READINGS];
    surprisals[row] += (hour[SURPRISAL] - hour[READINGS] * surprisals[row]) / totals[row];
  }

  /** Fits the axis, and moves each count to the bin of its value on the new one. */
  private fit(): void {
    const { axis, counts, values, moved, variation } = this;
    if (!axis.fitted) {
      axis.fit();
      return;
    }
    this.count();
    for (let b = 0; b < AXIS_BINS; b++) values[b] = axis.valueOf(b);
    variation.toValues(axis);
    axis.fit();
    variation.toPlaces(axis);
    for (let row = 0; row <= ALL; row++) {
      const o = row * AXIS_BINS;
      moved.fill(0);
      for (let b = 0; b < AXIS_BINS; b++) moved[axis.binOf(values[b])] += counts[o + b];
      counts.set(moved, o);
    }
  }
}

const slotOf = (day: number): number => Math.floor(day * SLOTS);
/** The histogram of the whole day counts as one day in each slot. */
const sharedReadings = (readingsAnHour: number): number => Math.max(1, readingsAnHour);

import { log } from '../../../math/elementary.ts';
import { singlesOf, type Pieces } from '../../../math/memory.ts';
import { SparseSingles } from '../../../math/sparse-singles.ts';
import { trustAt } from '../../forecast/forecast-selection.ts';
import type { Clock } from '../../forecast/season.ts';
import { DayVariation } from './day-variation.ts';
import { AXIS_BINS, LevelAxis } from './level-axis.ts';
import { CONSTANTS } from '../../constants.ts';

/** Parts of the day that have a histogram of their own, on working days and on days of rest. */
const SLOTS = 24;
const ROWS = 2 * SLOTS;
const ALL = ROWS;
/** An hour has few of the levels: the counts of so many bins beside each other are stored if one of them is not 0. */
const BLOCK = 8;
const { OCCUPANCY_DAYS: DAYS } = CONSTANTS;
/** Before the first reading the counts are one reading, spread over all bins: a new one is rare, not impossible. */
const PRIOR = 1 / AXIS_BINS;
/**
 * A level counts this much for the bins beside its own, so that a value on their edge is in both; a reading of an hour for the hours
 * beside it, so that a habit may come half an hour early or late.
 */
const BESIDE = 0.25;
/** A level that changes from day to day by less than this many bins is the same: it rounds to the same bin. */
const RESOLUTION = 0.5;

// Slots of the present hour.
const ROW = 0;
const READINGS = 1;
const SURPRISAL = 2; // sum over its readings, nats
const PLACE = 3; // sum over its readings, bins
const OWN = 4; // sum of the surprisals of its kind of day, nats

/**
 * Which levels occur in which hour of the day, from counts on a fine axis:
 *
 *   p(b | hour) = (c_b,hour + k p(b)) / (n_hour + k),   p(b) = (c_b + 1 / B) / (n + 1)
 *
 * with the counts c of the last four weeks, one set for each hour of the day and one for the whole day, which counts as one day:
 * k readings. An hour is counted when it is over: otherwise a level never seen would be usual after its first minutes.
 *
 * Working days and days of rest are counted apart, c_hour = c_hour,working + c_hour,rest, and
 *
 *   p(b | hour, kind) = (c_b,hour,kind + k p(b | hour)) / (n_hour,kind + k)
 *
 * Each hour learns how far that counts instead of p(b | hour), as each series does for the network (../../forecast/forecast-selection.ts): the
 * share rises with the nats by which it has been better, from 0 at BLEND_MARGIN to 1 at twice as much. So a series that is the same on Sundays
 * loses nothing.
 *
 * Memory: counts (49, 64) with their totals; mean surprisals of the 48 rows, of the 24 hours and of the whole day; margins of the hours;
 * counts (64) of the present hour, and its row, readings, place and both surprisals. The last five numbers are in double precision, the
 * others in single precision.
 */
export class HourlyLevels {
  private readonly axis: LevelAxis;
  private readonly counts: SparseSingles; // working days, days of rest, whole day
  private readonly totals: Float32Array;
  private readonly own: Float32Array; // mean surprisal of each row under p(b | hour, kind)
  private readonly surprisals: Float32Array; // of each hour under p(b | hour), then of the whole day
  private readonly margins: Float32Array; // nats by which the former is better, for each hour
  private readonly pending: Float32Array;
  private readonly hour: Float64Array;
  private readonly variation: DayVariation;
  // The level measured last: from what, its place, and its surprisals. A reading is measured when it is judged and when it is learned.
  private measured = NaN;
  private measuredRow = NaN;
  private measuredShare = NaN;
  private measuredChanges = NaN;
  private place = NaN;
  private ofHour = 0;
  private ofKind = 0;

  constructor(memory: Pieces) {
    this.axis = new LevelAxis(memory);
    const cells = (ROWS + 1) * AXIS_BINS;
    this.counts = memory.pack('occupancy.counts', cells * 4, new SparseSingles(cells, BLOCK));
    this.totals = singlesOf(memory.take('occupancy.totals', ROWS / 2 + 1));
    this.own = singlesOf(memory.take('occupancy.own', ROWS / 2));
    this.surprisals = singlesOf(memory.take('occupancy.surprisals', SLOTS / 2 + 1));
    this.margins = singlesOf(memory.take('occupancy.margins', SLOTS / 2));
    this.pending = singlesOf(memory.take('occupancy.pending', AXIS_BINS / 2));
    this.hour = memory.take('occupancy.hour', 5);
    this.variation = new DayVariation(memory, SLOTS, RESOLUTION);
  }

  /** Whether the hour of a time of day, the share of the day that is over, has been seen on so many days. */
  knows(day: number, days: number, readingsAnHour: number): boolean {
    return this.axis.fitted && this.readingsOf(slotOf(day)) >= days * readingsAnHour;
  }

  /** On how many independent days it has been seen (day-variation.ts); those of its kind, as far as they count. */
  independentDays(clock: Clock, readingsAnHour: number): number {
    const slot = slotOf(clock.day);
    const share = this.shareOf(slot);
    const readings = share * this.totals[rowOf(clock)] + (1 - share) * this.readingsOf(slot);
    return (readings / readingsAnHour) * this.variation.independence;
  }

  /** Surprisal of a level at a time of day beyond the usual one of that hour, nats. */
  excess(x: number, clock: Clock, readingsAnHour: number): number {
    const { totals, own, surprisals } = this;
    const slot = slotOf(clock.day);
    const row = rowOf(clock);
    const share = this.shareOf(slot);
    const k = sharedReadings(readingsAnHour);
    this.measure(x, row, k);
    const n = this.readingsOf(slot);
    const usual = (n * surprisals[slot] + k * surprisals[SLOTS]) / (n + k);
    const excess = this.ofHour - usual;
    if (share === 0) return excess;
    const usualOfKind = (totals[row] * own[row] + k * usual) / (totals[row] + k);
    return (1 - share) * excess + share * (this.ofKind - usualOfKind);
  }

  /** Adds a level. */
  learn(x: number, clock: Clock, readingsAnHour: number): void {
    const { axis, hour } = this;
    if (axis.add(x)) this.fit();
    if (!axis.fitted) return;
    const row = rowOf(clock);
    if (row !== hour[ROW]) this.count();
    hour[ROW] = row;
    hour[READINGS]++;
    this.measure(x, row, sharedReadings(readingsAnHour));
    hour[SURPRISAL] += this.ofHour;
    hour[OWN] += this.ofKind;
    hour[PLACE] += this.place;
    this.pending[Math.round(this.place)]++;
  }

  /** Deletes the present hour, which is not normal. */
  drop(): void {
    this.pending.fill(0);
    this.hour.fill(0, READINGS);
  }

  /** The series behaves differently from now on: the past counts as so many days at most. */
  renew(days: number, readingsAnHour: number): void {
    this.variation.restart();
    for (let slot = 0; slot < SLOTS; slot++) {
      const keep = Math.min(1, (days * readingsAnHour) / this.readingsOf(slot) || 0);
      this.fade(slot, keep);
      this.fade(SLOTS + slot, keep);
    }
    this.fade(ALL, Math.min(1, (days * readingsAnHour * SLOTS) / this.totals[ALL] || 0));
  }

  /** Fills both surprisals of x, nats. */
  private measure(x: number, row: number, k: number): void {
    const { totals, counts } = this;
    const isKnown = x === this.measured && row === this.measuredRow && k === this.measuredShare;
    if (isKnown && counts.changes === this.measuredChanges) return;
    this.measured = x;
    this.measuredRow = row;
    this.measuredShare = k;
    this.measuredChanges = counts.changes;
    this.place = this.axis.placeOf(x);
    const bin = Math.round(this.place);
    const all = (this.near(ALL, bin) + PRIOR) / (totals[ALL] + PRIOR * AXIS_BINS);
    const own = this.near(row, bin);
    const other = row < SLOTS ? row + SLOTS : row - SLOTS;
    const p = (own + this.near(other, bin) + k * all) / (totals[row] + totals[other] + k);
    this.ofHour = -log(p);
    this.ofKind = -log((own + k * p) / (totals[row] + k));
  }

  /** Count of a level: a value on the edge of two bins must not surprise. */
  private near(row: number, bin: number): number {
    const { counts } = this;
    const o = row * AXIS_BINS + bin;
    const beside = (bin > 0 ? counts.at(o - 1) : 0) + (bin < AXIS_BINS - 1 ? counts.at(o + 1) : 0);
    return counts.at(o) + BESIDE * beside;
  }

  /** Readings in an hour of the day, on days of both kinds. */
  private readingsOf(slot: number): number {
    return this.totals[slot] + this.totals[SLOTS + slot];
  }

  /** How far the kind of day counts in an hour, 0 to 1. */
  private shareOf(slot: number): number {
    return trustAt(this.margins[slot]);
  }

  /** Counts the hour that is over. */
  private count(): void {
    const { hour, totals, own, surprisals, margins } = this;
    const readings = hour[READINGS];
    if (readings === 0) return;
    const row = hour[ROW];
    const slot = row % SLOTS;
    this.variation.add(slot, hour[PLACE] / readings);
    this.fade(slot, 1 - 1 / DAYS);
    this.fade(SLOTS + slot, 1 - 1 / DAYS);
    this.fade(ALL, 1 - 1 / (DAYS * SLOTS));
    const kind = row - slot;
    this.addPending(row, 1 - 2 * BESIDE);
    this.addPending(kind + ((slot + 1) % SLOTS), BESIDE);
    this.addPending(kind + ((slot + SLOTS - 1) % SLOTS), BESIDE);
    this.addPending(ALL, 1);
    const shareOfKind = Math.min(1, readings / totals[row]);
    own[row] += shareOfKind * (hour[OWN] / readings - own[row]);
    const share = Math.min(1, readings / this.readingsOf(slot));
    surprisals[slot] += share * (hour[SURPRISAL] / readings - surprisals[slot]);
    margins[slot] += share * ((hour[SURPRISAL] - hour[OWN]) / readings - margins[slot]);
    surprisals[SLOTS] += (hour[SURPRISAL] - readings * surprisals[SLOTS]) / totals[ALL];
    this.drop();
  }

  private fade(row: number, keep: number): void {
    const { counts, totals } = this;
    counts.scale(row * AXIS_BINS, (row + 1) * AXIS_BINS, keep);
    totals[row] *= keep;
  }

  /** Adds this share of the present hour to a row. */
  private addPending(row: number, share: number): void {
    const { counts, totals, pending, hour } = this;
    for (let b = 0, k = row * AXIS_BINS; b < AXIS_BINS; b++, k++) counts.add(k, share * pending[b]);
    totals[row] += share * hour[READINGS];
  }

  /** Fits the axis, and moves each count to the bin of its value on the new one. */
  private fit(): void {
    const { axis, counts, variation } = this;
    this.measured = NaN;
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
      for (let b = 0; b < AXIS_BINS; b++) moved[axis.binOf(values[b])] += counts.at(o + b);
      for (let b = 0; b < AXIS_BINS; b++) counts.put(o + b, moved[b]);
    }
    counts.trim();
  }
}

/** Scratch of `fit`. */
const values = new Float64Array(AXIS_BINS);
const moved = new Float64Array(AXIS_BINS);

const slotOf = (day: number): number => Math.floor(day * SLOTS);
const rowOf = ({ day, restDay }: Clock): number => slotOf(day) + (restDay ? SLOTS : 0);
/** The histogram of the whole day counts as one day in each slot. */
const sharedReadings = (readingsAnHour: number): number => Math.max(1, readingsAnHour);

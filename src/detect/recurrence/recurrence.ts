import { exp, log10 } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import { TimeGap } from '../../math/time-gap.ts';
import { WEEK_MS } from '../../math/time.ts';
import { Excursion } from './excursion.ts';
import { evidenceAt, priorRate, type NoveltyRate } from './novelty-rate.ts';
import { FAULT, HABIT, NEW, NORMAL, type Signature } from './signature-slots.ts';
import { PLACES, Signatures } from './signatures.ts';
import { CONSTANTS } from '../constants.ts';

const {
  MEMORY_WEEKS,
  SCORE_PER_DECADE: PER_DECADE,
  SPELL_MS,
  LINE_PER_ALARM,
  LEVEL_TOLERANCE,
  RECURS,
  MIN_SHARE: STILL_A_HABIT,
} = CONSTANTS;
/** Highest score below the line, where no rate is computed: with few alarms a week the line is higher than this, that of one. */
export const MOST_BELOW = evidenceAt(LINE_PER_ALARM);
/** Rates of signatures are not computed over less than this: an event that comes twice in the first hour need not go on. */
const LEAST_WEEKS = SPELL_MS / WEEK_MS;
/** Excursions fade from the counts with this time constant: a habit that does not come for two months is no longer one. */
export const MEMORY_MS = MEMORY_WEEKS * WEEK_MS;

/** Arguments for each reading of a series. */
export interface Raised {
  readonly value: number;
  /** The value of the reading before. */
  readonly last: number;
  /** Deviation of all steps, in the unit of the series. */
  readonly stepDeviation: number;
  /** Contextual evidence (evidence/score.ts). */
  readonly contextual: number;
  /** How the series goes up and down; null where that is not measured. */
  readonly cycle: CycleView | null;
}

/** A series that goes up and down (../evidence/kinds/cycle.ts). */
export interface CycleView {
  /** Whether its gaps and levels are known. */
  readonly known: boolean;
  /** Direction of the turn that the reading is: 1 a rise, -1 a drop, 0 none. */
  readonly turned: number;
  /** Direction of the shorter movement of a cycle. */
  readonly stroke: number;
  /** Levels from which the series drops and rises, in its unit. */
  readonly high: number;
  readonly low: number;
  /** Usual time from one turn in the direction of this one to the next, ms, and how many are known. */
  readonly gapMs: number;
  readonly gaps: number;
}

/** What the operator says of an event. */
export type Said = typeof NEW | typeof FAULT | typeof NORMAL;

/** An event of a series: by when its signature came first, or by its time and its farthest value (NaN: unknown). */
export type PastEvent =
  | { readonly firstAt: number }
  | { readonly firstAt?: undefined; readonly from: number; readonly until: number; readonly value: number };

export interface Marked {
  readonly before: Said;
  readonly firstAt: number;
}

export interface RecurrenceOptions {
  readonly alarmsPerWeek: number;
  /** False where anomalies are absorbed: there the kinds of evidence learn each event, and past events do not count twice. */
  readonly counts: boolean;
}

/**
 * The score of a series: how often does an event like this come? Readings with raised evidence are joined to excursions, and past
 * excursions are counted in calendar time, by novelty (novelty-rate.ts) and by signature (signatures.ts). With r the larger of both
 * rates, per week, and W the alarms a week that the operator asks for,
 *
 *   score = 1 + 0.3 log10(W / r)
 *
 * so a score of 1 is an event that comes as often as alarms are asked for, and 1.3 one that is ten times as rare. An excursion counts
 * whether it was an alarm or not: one that was seen k times in w weeks is no rarer than k / w. A signature that comes more often than
 * W is a habit; its excursions do not count among the rates, so that a pump's stroke cannot hide a burst pipe.
 */
export class Recurrence {
  /** The place of a signature that has just become a habit, or -1. */
  habit = -1;
  private readonly excursion: Excursion;
  private readonly signatures: Signatures;
  private readonly gap: TimeGap;
  private readonly s: Float64Array;
  private readonly rates: NoveltyRate;
  private options: RecurrenceOptions;
  private spellMs = 0;
  private line = 0;

  /** `rates` are those of the stream. */
  constructor(memory: Pieces, rates: NoveltyRate, options: RecurrenceOptions) {
    this.excursion = new Excursion(memory, 0);
    this.signatures = new Signatures(memory);
    this.gap = new TimeGap(memory, 'recurrence.gap');
    this.s = memory.take('recurrence', SLOTS);
    this.s[PLACE] = -1;
    this.rates = rates;
    this.options = options;
    this.allow(options.alarmsPerWeek);
  }

  /** How often, per week, an event may come and still be an alarm, from now on. Past events are judged by it too. */
  allow(alarmsPerWeek: number): void {
    this.options = { ...this.options, alarmsPerWeek };
    this.line = this.excursion.line = evidenceAt(LINE_PER_ALARM * alarmsPerWeek);
    this.spellMs = Math.min(SPELL_MS, WEEK_MS / (7 * alarmsPerWeek));
  }

  /**
   * Adds a reading with this evidence (score.ts) and returns its score. `day`: share of the local day that is over, in [0, 1). `reports`:
   * whether an alarm would be published. While not `teaches`, excursions are not counted; those that the operator named are remembered.
   */
  follow(at: number, raised: Raised, evidence: number, day: number, teaches: boolean, reports = true): number {
    const { excursion, s } = this;
    const { value, last, stepDeviation, contextual, cycle } = raised;
    this.habit = -1;
    this.observe(at);
    if (evidence < this.line) {
      if (excursion.endsAt(at)) this.end(stepDeviation, teaches);
    } else {
      if (excursion.open && s[SAID] === NORMAL && this.departs(value, stepDeviation)) this.end(stepDeviation, teaches);
      if (!excursion.open) this.begin(day);
    }
    excursion.follow(at, value, last, evidence, contextual);
    const { alarmsPerWeek, counts } = this.options;
    const rate = evidence < this.line ? Infinity : this.rate(evidence, contextual, stepDeviation);
    const isAlarm = reports && rate < alarmsPerWeek;
    // Alarms are what the operator counts: their excursion counts in full, however young the stream is. So a stream of some hours whose
    // alarms come every half hour has one or two.
    if (isAlarm) s[REPORTED] = 1;
    if (cycle !== null && counts && teaches) this.followCycle(at, day, cycle, isAlarm);
    if (evidence < this.line) return Math.min(evidence, MOST_BELOW);
    return Math.max(0, 1 + PER_DECADE * log10(alarmsPerWeek / rate));
  }

  /**
   * A stroke that was an alarm when it was new, and is none any more because the kinds of evidence have learned it, leaves no
   * excursions behind. So it is remembered as a habit when its gaps and levels are known, and each stroke keeps it one.
   */
  private followCycle(at: number, day: number, cycle: CycleView, isAlarm: boolean): void {
    const { s, signatures, spellMs } = this;
    if (!cycle.known) {
      if (isAlarm && s[ALARMED] === 0) s[ALARMED] = this.excursion.startAt;
      return;
    }
    if (isAlarm || cycle.turned !== cycle.stroke) return;
    this.fade();
    const [from, to] = cycle.stroke < 0 ? [cycle.high, cycle.low] : [cycle.low, cycle.high];
    if (signatures.addStroke(from, to, at, day, spellMs)) return;
    const often = WEEK_MS / cycle.gapMs >= this.options.alarmsPerWeek && cycle.gaps * cycle.gapMs >= spellMs;
    if (s[ALARMED] === 0 || !often) return;
    const pastMs = cycle.gaps * cycle.gapMs; // some of the first gaps were not learned
    const firstAt = s[ALARMED] >= at - 2 * pastMs ? s[ALARMED] : at - pastMs;
    s[ALARMED] = 0;
    if (signatures.hasHabit(from, to, this.options.alarmsPerWeek)) return;
    const times = 1 + Math.round((at - firstAt) / cycle.gapMs);
    this.habit = signatures.beginStroke(from, to, at, { firstAt, times, spellMs });
  }

  /** Since when the present excursion has lasted, ms before `at`; 0 where there is none. */
  lastedMs(at: number): number {
    return this.excursion.open ? at - this.excursion.startAt : 0;
  }

  private begin(day: number): void {
    const { s } = this;
    this.fade();
    s[DAY] = day;
    s[SAID] = NEW;
    s[REPORTED] = 0;
  }

  /** Whether a value is outside of the excursion as it was when the operator called it normal: then it is another event. */
  private departs(value: number, stepDeviation: number): boolean {
    const from = this.excursion.from;
    const to = this.s[SAID_TO];
    const tolerance = Math.max(LEVEL_TOLERANCE * Math.abs(to - from), stepDeviation);
    return value < Math.min(from, to) - tolerance || value > Math.max(from, to) + tolerance;
  }

  /** The present excursion is dropped without being counted: the operator accepts the present state. */
  drop(): void {
    this.excursion.close();
  }

  /**
   * The operator says of an event what it is; NEW: its count decides again. Returns what was said before, and when its signature came
   * first, NaN while the event is still open; null where no such event is remembered, or events do not count.
   */
  mark(event: PastEvent, state: Said): Marked | null {
    const { s, excursion, signatures } = this;
    if (!this.options.counts) return null;
    const dated = event.firstAt === undefined;
    if (dated && excursion.open && excursion.startAt <= event.until && excursion.lastAt >= event.from) {
      const before = s[SAID] as Said;
      s[SAID] = state;
      s[SAID_TO] = excursion.to;
      return { before, firstAt: NaN };
    }
    const place = dated ? signatures.placeIn(event.from, event.until, event.value) : signatures.placeOf(event.firstAt);
    if (place < 0) return null;
    const before = signatures.state(place);
    this.name(place, state);
    return { before: before === HABIT ? NEW : (before as Said), firstAt: signatures.at(place).firstAt };
  }

  /** The events of a place no longer count among the rates. */
  private name(place: number, state: Said): void {
    const { rates, signatures } = this;
    this.fade();
    rates.remove(signatures.noveltyOf(place), signatures.countedOf(place));
    signatures.setCounted(place, 0);
    signatures.setState(place, state);
  }

  /** The habits, and those signatures that the operator called normal. */
  habits(): readonly (Signature & { readonly perWeek: number })[] {
    const all = Array.from({ length: PLACES }, (_, place) => place);
    return all.filter((place) => this.isHabit(place)).map((place) => this.habitAt(place));
  }

  /** The signature of a place and how often it comes. */
  habitAt(place: number): Signature & { readonly perWeek: number } {
    const signature = this.signatures.at(place);
    const events = signature.events * this.keep;
    // Over the time from the first to the last one, with the same fading.
    const weeks = MEMORY_WEEKS * (1 - exp(-(signature.lastAt - signature.firstAt) / MEMORY_MS));
    return { ...signature, perWeek: events > 1 && weeks > 0 ? (events - 1) / weeks : events / this.weeks };
  }

  /** Whether the operator called it normal, or it still comes often enough. */
  private isHabit(place: number): boolean {
    const { signatures, options } = this;
    const state = signatures.state(place);
    const perWeek = (signatures.spells(place) * this.keep) / this.weeks;
    return (
      state === NORMAL || (state === HABIT && this.wasAlarm(place) && perWeek >= STILL_A_HABIT * options.alarmsPerWeek)
    );
  }

  /** Only an event that was an alarm is news as a habit: noise has signatures too. */
  private wasAlarm(place: number): boolean {
    return this.signatures.leastRate(place) < this.options.alarmsPerWeek;
  }

  private get weeks(): number {
    return Math.max(LEAST_WEEKS, this.s[WEEKS]);
  }

  /** Events a week at least as novel as a reading with this evidence in the open excursion. */
  private rate(evidence: number, contextual: number, stepDeviation: number): number {
    const rate = this.rateOf(evidence, stepDeviation, false);
    return contextual < this.line ? rate : Math.min(rate, this.rateOf(contextual, stepDeviation, true));
  }

  /**
   * With `contextual` only past excursions that had contextual evidence too count as like ones: a wash is a habit, and one that
   * does not end is not. A value that leaves its group is not like noise of the same size.
   */
  private rateOf(evidence: number, stepDeviation: number, contextual: boolean): number {
    const { options, rates, signatures, excursion, gap, s } = this;
    const prior = priorRate(evidence);
    if (!options.counts) return prior;
    if (s[SAID] === NORMAL) return Infinity;
    const like =
      s[SAID] === FAULT ? 0 : signatures.spellsLike(excursion, stepDeviation, gap.usualMs, s[DAY], contextual);
    const byLike = like / this.weeks;
    const novelty = Math.max(prior, byLike);
    const rate = Math.max(byLike, rates.of(novelty));
    excursion.note(novelty, rate);
    return rate;
  }

  private observe(at: number): void {
    const { s, gap } = this;
    const ms = gap.sinceMs(at);
    s[WEEKS] = s[WEEKS] * exp(-ms / MEMORY_MS) + ms / WEEK_MS;
    s[UNFADED_MS] += ms;
    gap.update(at);
  }

  /** The factor by which counts have faded since the last call, in observed time; the weights among the rates with the time of the stream. */
  private fade(): void {
    const { s, rates, signatures } = this;
    signatures.fade(this.keep, exp(-(rates.passedMs - s[RATES_MS]) / MEMORY_MS));
    s[UNFADED_MS] = 0;
    s[RATES_MS] = rates.passedMs;
  }

  private get keep(): number {
    return exp(-this.s[UNFADED_MS] / MEMORY_MS);
  }

  /** Counts the excursion, which has ended. */
  private end(stepDeviation: number, teaches: boolean): void {
    const { excursion, signatures, rates, s } = this;
    excursion.close();
    if (!this.options.counts || (!teaches && s[SAID] === NEW)) return;
    this.fade();
    const place = signatures.add(
      excursion,
      stepDeviation,
      this.gap.usualMs,
      s[DAY],
      Math.min(this.spellMs, (s[WEEKS] * WEEK_MS) / RECURS),
      excursion.contextual >= this.line,
    );
    s[PLACE] = place;
    if (s[SAID] !== NEW) signatures.setState(place, s[SAID]);
    const state = signatures.state(place);
    if (state === FAULT || state === NORMAL) return;
    const spells = signatures.spells(place);
    const least = this.options.alarmsPerWeek * (state === HABIT ? STILL_A_HABIT : 1);
    const often = spells >= RECURS && spells / this.weeks >= least;
    if (often) {
      if (state === NEW && this.wasAlarm(place) && !signatures.hasStroke(place)) this.habit = place;
      rates.remove(signatures.noveltyOf(place), signatures.countedOf(place));
      signatures.setCounted(place, 0);
    } else if (signatures.beganSpell(place, excursion) && !rates.overlaps(excursion.startAt)) {
      const weight = s[REPORTED] === 1 ? 1 : rates.weight;
      rates.add(signatures.noveltyOf(place), weight, excursion.lastAt);
      signatures.setCounted(place, signatures.countedOf(place) + weight);
    }
    signatures.setState(place, often ? HABIT : NEW);
  }
}

// Slots.
const WEEKS = 0;
const DAY = 1;
const SAID = 2;
const PLACE = 3;
const UNFADED_MS = 4; // observed time since the counts of the signatures faded
const RATES_MS = 5; // observed time of the stream then
const REPORTED = 6; // 1 where the open or last excursion was an alarm
const ALARMED = 7; // start of the first alarm before the cycle was known, epoch ms; 0 where there was none
const SAID_TO = 8; // the farthest value of the open excursion when the operator named it
const SLOTS = 9;

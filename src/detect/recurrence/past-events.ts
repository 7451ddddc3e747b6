import { exp } from '../../math/elementary.ts';
import type { TimeGap } from '../../math/time-gap.ts';
import { WEEK_MS } from '../../math/time.ts';
import { CONSTANTS } from '../constants.ts';
import type { Excursion } from './excursion.ts';
import type { NoveltyRate } from './novelty-rate.ts';
import { ALARMED, RATES_MS, UNFADED_MS, WEEKS } from './recurrence-slots.ts';
import { FAULT, HABIT, NEW, NORMAL, type Signature } from './signature-slots.ts';
import { PLACES, type Signatures } from './signatures.ts';

const { MEMORY_WEEKS, SPELL_MS, RECURS, MIN_SHARE: STILL_A_HABIT } = CONSTANTS;
/** Rates of signatures are computed over at least this time: an event that comes twice in the first hour may not come again. */
const LEAST_WEEKS = SPELL_MS / WEEK_MS;
/** Excursions fade from the counts with this time constant. */
export const MEMORY_MS = MEMORY_WEEKS * WEEK_MS;

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

/** The operator's judgement of an event. */
export type Said = typeof NEW | typeof FAULT | typeof NORMAL;

/** An event of a series: identified by the first time of its signature, or by its time and its farthest value (NaN: unknown). */
export type PastEvent =
  | { readonly firstAt: number }
  | { readonly firstAt?: undefined; readonly from: number; readonly until: number; readonly value: number };

export interface Marked {
  readonly before: Said;
  readonly firstAt: number;
}

/** Facts about an excursion that has ended; the excursion does not hold them. */
export interface Ended {
  /** Deviation of all steps, in the unit of the series. */
  readonly stepDeviation: number;
  /** Share of the local day that was over when it began, in [0, 1). */
  readonly day: number;
  /** Whether it had contextual evidence. */
  readonly contextual: boolean;
  /** By the operator. */
  readonly said: Said;
  /** Whether it was an alarm. */
  readonly reported: boolean;
  /** Whether it opened one. */
  readonly opened: boolean;
}

/** A signature, and how often it comes. */
export interface RatedSignature extends Signature {
  readonly perWeek: number;
}

export interface PastEventsParts {
  readonly signatures: Signatures;
  readonly gap: TimeGap;
  readonly rates: NoveltyRate;
  /** The slots of recurrence-slots.ts. */
  readonly s: Float64Array;
}

/**
 * How often each signature has come in the observed time, in which counts fade; which of them are habits, and which count among the
 * rates of novelty. A signature that comes more often than alarms are asked for is a habit, and does not count there.
 */
export class PastEvents {
  private readonly signatures: Signatures;
  private readonly gap: TimeGap;
  private readonly rates: NoveltyRate;
  private readonly s: Float64Array;
  private alarmsPerWeek = 0;
  private spellMs = 0;

  constructor({ signatures, gap, rates, s }: PastEventsParts) {
    this.signatures = signatures;
    this.gap = gap;
    this.rates = rates;
    this.s = s;
  }

  /** How often, per week, an event may come and still be an alarm, from now on. Past events are judged by it too. */
  allow(alarmsPerWeek: number): void {
    this.alarmsPerWeek = alarmsPerWeek;
    this.spellMs = Math.min(SPELL_MS, WEEK_MS / (7 * alarmsPerWeek));
  }

  /** Adds the time up to a reading to the observed time. */
  observe(at: number): void {
    const { s, gap } = this;
    const ms = gap.sinceMs(at);
    s[WEEKS] = s[WEEKS] * exp(-ms / MEMORY_MS) + ms / WEEK_MS;
    s[UNFADED_MS] += ms;
    gap.update(at);
  }

  /** Fades the counts by the observed time since the last call, and the weights among the rates by the time of the stream. */
  fade(): void {
    const { s, rates, signatures } = this;
    signatures.fade(this.keep, exp(-(rates.passedMs - s[RATES_MS]) / MEMORY_MS));
    s[UNFADED_MS] = 0;
    s[RATES_MS] = rates.passedMs;
  }

  /**
   * Events a week like an excursion that may be still open. With `contextual` only past ones that also had contextual evidence: a wash is
   * a habit, but a wash that does not end is not. A value that leaves its group is not like noise of the same size.
   */
  perWeekLike(excursion: Excursion, stepDeviation: number, day: number, contextual: boolean): number {
    return this.signatures.spellsLike(excursion, stepDeviation, this.gap.usualMs, day, contextual) / this.weeks;
  }

  /** The end of the spell of the last alarm of events like the one that `perWeekLike` was last asked about, epoch ms; -Infinity where there is none. */
  get alarmedUntil(): number {
    return this.signatures.alarmAt + this.spellMs;
  }

  /** Counts an excursion that has ended. Returns the place of its signature if that has just become a habit, else -1. */
  add(excursion: Excursion, { stepDeviation, day, contextual, said, reported, opened }: Ended): number {
    const { signatures, rates, s } = this;
    this.fade();
    const place = signatures.add(
      excursion,
      stepDeviation,
      this.gap.usualMs,
      day,
      Math.min(this.spellMs, (s[WEEKS] * WEEK_MS) / RECURS),
      contextual,
    );
    if (opened) signatures.alarmed(place, excursion);
    if (said !== NEW) signatures.setState(place, said);
    const state = signatures.state(place);
    if (state === FAULT || state === NORMAL) return -1;
    const spells = signatures.spells(place);
    const least = this.alarmsPerWeek * (state === HABIT ? STILL_A_HABIT : 1);
    const often = spells >= RECURS && spells / this.weeks >= least;
    signatures.setState(place, often ? HABIT : NEW);
    if (often) {
      this.uncount(place);
      return state === NEW && this.wasAlarm(place) && !signatures.hasStroke(place) ? place : -1;
    }
    if (signatures.beganSpell(place, excursion) && !rates.overlaps(excursion.startAt)) {
      const weight = reported ? 1 : rates.weight;
      rates.add(signatures.noveltyOf(place), weight, excursion.lastAt);
      signatures.setCounted(place, signatures.countedOf(place) + weight);
    }
    return -1;
  }

  /**
   * A stroke that was an alarm when it was new gives no excursions when the kinds of evidence have learned it. So it becomes a habit
   * when its gaps and levels are known, and each further stroke counts as an occurrence. `alarmAt`: start of the alarm if the reading
   * is one, else null. Returns the place of a new habit, or -1.
   */
  followCycle(at: number, day: number, cycle: CycleView, alarmAt: number | null): number {
    const { s, signatures, spellMs, alarmsPerWeek } = this;
    if (!cycle.known) {
      if (alarmAt !== null && s[ALARMED] === 0) s[ALARMED] = alarmAt;
      return -1;
    }
    if (alarmAt !== null || cycle.turned !== cycle.stroke) return -1;
    this.fade();
    const [from, to] = cycle.stroke < 0 ? [cycle.high, cycle.low] : [cycle.low, cycle.high];
    if (signatures.addStroke(from, to, at, day, spellMs)) return -1;
    const often = WEEK_MS / cycle.gapMs >= alarmsPerWeek && cycle.gaps * cycle.gapMs >= spellMs;
    if (s[ALARMED] === 0 || !often) return -1;
    const pastMs = cycle.gaps * cycle.gapMs; // some of the first gaps were not learned
    const firstAt = s[ALARMED] >= at - 2 * pastMs ? s[ALARMED] : at - pastMs;
    s[ALARMED] = 0;
    if (signatures.hasHabit(from, to, alarmsPerWeek)) return -1;
    const times = 1 + Math.round((at - firstAt) / cycle.gapMs);
    return signatures.beginStroke(from, to, at, { firstAt, times, spellMs });
  }

  /** Stores the operator's judgement of an event; NEW: its count decides again. Null where no such event is remembered. */
  mark(event: PastEvent, state: Said): Marked | null {
    const { signatures } = this;
    const place =
      event.firstAt === undefined
        ? signatures.placeIn(event.from, event.until, event.value)
        : signatures.placeOf(event.firstAt);
    if (place < 0) return null;
    const before = signatures.state(place);
    this.fade();
    this.uncount(place);
    signatures.setState(place, state);
    return { before: before === HABIT ? NEW : (before as Said), firstAt: signatures.at(place).firstAt };
  }

  /** The habits, and those signatures that the operator called normal. */
  habits(): readonly RatedSignature[] {
    const all = Array.from({ length: PLACES }, (_, place) => place);
    return all.filter((place) => this.isHabit(place)).map((place) => this.at(place));
  }

  /** The signature of a place. */
  at(place: number): RatedSignature {
    const signature = this.signatures.at(place);
    const events = signature.events * this.keep;
    // Over the time from the first to the last one, with the same fading.
    const weeks = MEMORY_WEEKS * (1 - exp(-(signature.lastAt - signature.firstAt) / MEMORY_MS));
    return { ...signature, perWeek: events > 1 && weeks > 0 ? (events - 1) / weeks : events / this.weeks };
  }

  /** Whether the operator called it normal, or it still comes often enough. */
  private isHabit(place: number): boolean {
    const { signatures, alarmsPerWeek } = this;
    const state = signatures.state(place);
    const perWeek = (signatures.spells(place) * this.keep) / this.weeks;
    return state === NORMAL || (state === HABIT && this.wasAlarm(place) && perWeek >= STILL_A_HABIT * alarmsPerWeek);
  }

  /** Only an event that was an alarm is published as a habit, because noise has signatures too. */
  private wasAlarm(place: number): boolean {
    return this.signatures.leastRate(place) < this.alarmsPerWeek;
  }

  /** The events of a place no longer count among the rates. */
  private uncount(place: number): void {
    const { rates, signatures } = this;
    rates.remove(signatures.noveltyOf(place), signatures.countedOf(place));
    signatures.setCounted(place, 0);
  }

  private get weeks(): number {
    return Math.max(LEAST_WEEKS, this.s[WEEKS]);
  }

  private get keep(): number {
    return exp(-this.s[UNFADED_MS] / MEMORY_MS);
  }
}

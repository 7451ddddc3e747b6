import { log10 } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import { TimeGap } from '../../math/time-gap.ts';
import { Excursion } from './excursion.ts';
import { evidenceAt, priorRate, type NoveltyRate } from './novelty-rate.ts';
import {
  PastEvents,
  type CycleView,
  type Marked,
  type PastEvent,
  type RatedSignature,
  type Said,
} from './past-events.ts';
import { DAY, OPENED, REPORTED, SAID, SAID_TO, SLOTS } from './recurrence-slots.ts';
import { FAULT, NEW, NORMAL } from './signature-slots.ts';
import { Signatures } from './signatures.ts';
import { CONSTANTS } from '../constants.ts';

export { MEMORY_MS, type CycleView, type PastEvent, type Said } from './past-events.ts';

const { SCORE_PER_DECADE: PER_DECADE, LINE_PER_ALARM, LEVEL_TOLERANCE } = CONSTANTS;
/** Highest score below the line, where no rate is computed: the line for one alarm a week. With fewer alarms the line is higher. */
export const MOST_BELOW = evidenceAt(LINE_PER_ALARM);

/** Arguments for each reading of a series. */
export interface Raised {
  readonly value: number;
  /** The value of the reading before. */
  readonly last: number;
  /** Deviation of all steps, in the unit of the series. */
  readonly stepDeviation: number;
  /** Contextual evidence (evidence/score.ts). */
  readonly contextual: number;
  /** The cycle of drops and rises; null where it is not measured. */
  readonly cycle: CycleView | null;
}

export interface RecurrenceOptions {
  readonly alarmsPerWeek: number;
  /** False where anomalies are absorbed: there the kinds of evidence learn each event, and past events do not count twice. */
  readonly counts: boolean;
}

/**
 * The score of a series: how often does an event like this come? Readings with raised evidence are joined to excursions, and past
 * excursions are counted in calendar time, by novelty (novelty-rate.ts) and by signature (past-events.ts). With r the larger of both
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
  /**
   * The end of the spell, epoch ms, of an event that opened an alarm and is like the present excursion; -Infinity where there is none.
   * Events of one spell count as one event.
   */
  alarmedUntil = -Infinity;
  private readonly excursion: Excursion;
  private readonly past: PastEvents;
  private readonly s: Float64Array;
  private readonly rates: NoveltyRate;
  private options: RecurrenceOptions;
  private line = 0;

  /** `rates` are those of the stream. */
  constructor(memory: Pieces, rates: NoveltyRate, options: RecurrenceOptions) {
    this.excursion = new Excursion(memory, 0);
    const signatures = new Signatures(memory);
    const gap = new TimeGap(memory, 'recurrence.gap');
    this.s = memory.take('recurrence', SLOTS);
    this.past = new PastEvents({ signatures, gap, rates, s: this.s });
    this.rates = rates;
    this.options = options;
    this.allow(options.alarmsPerWeek);
  }

  /** How often, per week, an event may come and still be an alarm, from now on. Past events are judged by it too. */
  allow(alarmsPerWeek: number): void {
    this.options = { ...this.options, alarmsPerWeek };
    this.line = this.excursion.line = evidenceAt(LINE_PER_ALARM * alarmsPerWeek);
    this.past.allow(alarmsPerWeek);
  }

  /**
   * Adds a reading with this evidence (score.ts) and returns its score. `day`: share of the local day that is over, in [0, 1). `reports`:
   * whether an alarm would be published. While not `teaches`, excursions are not counted; those that the operator named are remembered.
   */
  follow(at: number, raised: Raised, evidence: number, day: number, teaches: boolean, reports = true): number {
    const { excursion, past, s } = this;
    const { value, last, stepDeviation, contextual, cycle } = raised;
    this.habit = -1;
    past.observe(at);
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
    // The operator counts alarms, so the excursion of an alarm counts in full, however young the stream is. So a stream that is some hours old
    // and has such an event every half hour gives one or two alarms.
    if (isAlarm) s[REPORTED] = 1;
    if (cycle !== null && counts && teaches) {
      const habit = past.followCycle(at, day, cycle, isAlarm ? excursion.startAt : null);
      if (habit >= 0) this.habit = habit;
    }
    if (evidence < this.line) return Math.min(evidence, MOST_BELOW);
    return Math.max(0, 1 + PER_DECADE * log10(alarmsPerWeek / rate));
  }

  /** Since when the present excursion has lasted, ms before `at`; 0 where there is none. */
  lastedMs(at: number): number {
    return this.excursion.open ? at - this.excursion.startAt : 0;
  }

  /** The present excursion has opened an alarm. */
  opened(): void {
    this.s[OPENED] = 1;
  }

  private begin(day: number): void {
    const { s } = this;
    this.past.fade();
    s[DAY] = day;
    s[SAID] = NEW;
    s[REPORTED] = s[OPENED] = 0;
  }

  /** Whether a value is outside of the values that the excursion had when the operator called it normal: then it is another event. */
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
   * Stores the operator's judgement of an event; NEW: its count decides again. Returns the judgement before, and when its signature came
   * first, NaN while the event is still open; null where no such event is remembered, or events do not count.
   */
  mark(event: PastEvent, state: Said): Marked | null {
    const { s, excursion } = this;
    if (!this.options.counts) return null;
    const isOpen =
      event.firstAt === undefined &&
      excursion.open &&
      excursion.startAt <= event.until &&
      excursion.lastAt >= event.from;
    if (!isOpen) return this.past.mark(event, state);
    const before = s[SAID] as Said;
    s[SAID] = state;
    s[SAID_TO] = excursion.to;
    return { before, firstAt: NaN };
  }

  /** The habits, and those signatures that the operator called normal. */
  habits(): readonly RatedSignature[] {
    return this.past.habits();
  }

  /** The signature of a place and how often it comes. */
  habitAt(place: number): RatedSignature {
    return this.past.at(place);
  }

  /** Events a week at least as novel as a reading with this evidence in the open excursion. */
  private rate(evidence: number, contextual: number, stepDeviation: number): number {
    this.alarmedUntil = -Infinity;
    const rate = this.rateOf(evidence, stepDeviation, false);
    return contextual < this.line ? rate : Math.min(rate, this.rateOf(contextual, stepDeviation, true));
  }

  /** With `contextual` only those past excursions can be like this one that also had contextual evidence. */
  private rateOf(evidence: number, stepDeviation: number, contextual: boolean): number {
    const { options, rates, past, excursion, s } = this;
    const prior = priorRate(evidence);
    if (!options.counts) return prior;
    if (s[SAID] === NORMAL) return Infinity;
    const byLike = s[SAID] === FAULT ? 0 : past.perWeekLike(excursion, stepDeviation, s[DAY], contextual);
    if (s[SAID] !== FAULT)
      this.alarmedUntil = contextual ? Math.min(this.alarmedUntil, past.alarmedUntil) : past.alarmedUntil;
    const novelty = Math.max(prior, byLike);
    const rate = Math.max(byLike, rates.of(novelty));
    excursion.note(novelty, rate);
    return rate;
  }

  /** Counts the excursion, which has ended. */
  private end(stepDeviation: number, teaches: boolean): void {
    const { excursion, past, s } = this;
    excursion.close();
    if (!this.options.counts || (!teaches && s[SAID] === NEW)) return;
    this.habit = past.add(excursion, {
      stepDeviation,
      day: s[DAY],
      contextual: excursion.contextual >= this.line,
      said: s[SAID] as Said,
      reported: s[REPORTED] === 1,
      opened: s[OPENED] === 1,
    });
  }
}

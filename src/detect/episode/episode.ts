import { perSeries, type Carry, type Memory } from '../../math/memory.ts';
import type { EpisodePhase } from './anomaly.ts';
import { CAUSES, type Cause, type Finding } from './finding.ts';
import { severityOf } from './severity.ts';

export interface EpisodeOptions {
  /** The score must stay above 1 this long before the episode opens. */
  readonly minDurationMs: number;
  /** Findings at or below `hysteresis` in a row that end an episode. */
  readonly closeAfter: number;
  readonly hysteresis: number;
  /** For this long after an episode only a clearly higher score than its peak opens another. */
  readonly coolDownMs: number;
  /** How long after its opening an episode can restart its cool-down. */
  readonly holdForMs: number;
}

// Slots of the episode's memory; then the evidence of the causes and the scores of the series.
const STATE = 0; // 0 calm, 1 suspected, 2 open
const START = 1;
const PEAK_AT = 2;
const PEAK = 3;
const ANNOUNCED = 4; // the effect that was last published
const QUIET = 5;
const LAST_OVER = 6;
const CLOSED_AT = 7;
const LAST_PEAK = 8;
const CAUSE = 9;
const SERIES = 10;
const VALUE = 11;
const EXPECTED = 12;
const LOWER = 13;
const UPPER = 14;
const DETAIL = 15;
const CONFIDENCE = 16;
const RAISED = 17; // since when the score has been above `hysteresis`, NaN while it is not
const SUSPECTED_AT = 18;
const OPENED_AT = 19;
const SCORE = 20; // of the last step
const EFFECT = 21; // the largest so far, not necessarily at the peak of the score
const USUAL = 22;
const ASPECT = 23;
const GAP_FROM = 24;
const GAP_TO = 25;
const FORGIVEN = 26; // 1 while open, once the operator has called it normal
const EVIDENCE = 27;
const SCORES = EVIDENCE + CAUSES.length;

const CALM = 0;
const SUSPECTED = 1;
const OPEN = 2;

/**
 * A score is clearly higher from this on: 1.5 times as rare (recurrence/recurrence.ts). An open episode is described by a later finding
 * only if its score is that: else the return from a deviation, a jump as large as the one to it, would describe the deviation. And only
 * such a score ends a cool-down: the score of the same event rises by 0.0001 in ten minutes, as its last occurrences become older.
 */
const CLEARLY = 0.05;

/** If the leading series is no longer in the group, the remaining one with the highest score at the peak leads. */
const carry: Carry = (s, past, before) => {
  perSeries(SCORES)(s, past, before);
  const scores = s.subarray(SCORES);
  const same = before.indexOf(past[SERIES]);
  s[SERIES] = same >= 0 ? same : scores.indexOf(Math.max(...scores));
};

/**
 * One anomaly is one episode: opened once, updated when it reaches a higher severity, closed once.
 *
 * With a score above 1 an episode is suspected; after `minDuration` it opens. From then on a score at or below `hysteresis`
 * counts as calm, and `closeAfter` calm findings in a row close it. Its start is the time when the score last rose above
 * `hysteresis`, which is before the alarm when the detection is late. A deviation that comes and goes within the cool-down begins
 * the cool-down again, up to `holdForMs` after the opening: a fault with pauses is one alarm. All state is in `memory`, so an
 * episode that was open before a power failure is still open after it.
 */
export class Episode {
  private readonly s: Float64Array;
  private readonly options: EpisodeOptions;

  constructor(memory: Pick<Memory, 'take'>, name: string, series: number, options: EpisodeOptions) {
    this.s = memory.take(name, SCORES + series, carry);
    this.s[CLOSED_AT] = -Infinity;
    this.s[RAISED] = NaN;
    this.options = options;
  }

  get open(): boolean {
    return this.s[STATE] === OPEN;
  }

  /** Start of the deviation: when the score last rose above `hysteresis`, epoch ms. */
  get startAt(): number {
    return this.s[START];
  }

  /** When the alarm was raised. */
  get openedAt(): number {
    return this.s[OPENED_AT];
  }

  /** Score of the last step, or what it was raised to. */
  get score(): number {
    return this.s[SCORE];
  }

  /** The score is at least this one until the next step. */
  raiseScore(to: number): void {
    this.s[SCORE] = Math.max(this.s[SCORE], to);
  }

  /** Index of the leading series at the peak. */
  get series(): number {
    return this.s[SERIES];
  }

  /** The end of a cool-down of so long after the last episode, epoch ms; -Infinity where there was none. */
  coolDownUntil(coolDownMs = this.options.coolDownMs): number {
    return this.s[CLOSED_AT] + coolDownMs;
  }

  get cause(): Cause {
    return CAUSES[this.s[CAUSE]];
  }

  get peakAt(): number {
    return this.s[PEAK_AT];
  }

  /** When the score was last above 1. */
  get lastOverAt(): number {
    return this.s[LAST_OVER];
  }

  /**
   * Adds a finding. Returns the event to publish, or null. `since`: start of the deviation, if before `at`; `coolDownMs`: the
   * cool-down, if not that of the options; `knownUntil`: time until which the deviation is like one that opened an episode, and opens none.
   */
  step(
    at: number,
    finding: Finding,
    since = at,
    coolDownMs = this.options.coolDownMs,
    knownUntil = -Infinity,
  ): EpisodePhase | null {
    const { s, options } = this;
    s[SCORE] = finding.score;
    if (!(finding.score > options.hysteresis)) s[RAISED] = NaN;
    else if (Number.isNaN(s[RAISED])) s[RAISED] = since;
    if (s[STATE] === OPEN) return this.follow(at, finding);
    if (!(finding.score > 1)) {
      const returned = s[STATE] === SUSPECTED && s[LAST_OVER] < this.coolDownUntil(coolDownMs);
      if (returned && at - s[OPENED_AT] < options.holdForMs) s[CLOSED_AT] = at;
      s[STATE] = CALM;
      return null;
    }
    if (s[STATE] === CALM) {
      s[STATE] = SUSPECTED;
      s[SUSPECTED_AT] = since;
      s[START] = Math.min(since, s[RAISED]);
      s[PEAK] = s[EFFECT] = 0;
    }
    this.keepPeak(at, finding);
    this.keepEffect(finding);
    s[LAST_OVER] = at;
    const cooling = at < this.coolDownUntil(coolDownMs) && s[PEAK] <= s[LAST_PEAK] + CLEARLY;
    if (at < knownUntil || cooling || at - s[SUSPECTED_AT] < options.minDurationMs) return null;
    s[STATE] = OPEN;
    s[OPENED_AT] = at;
    s[QUIET] = 0;
    s[ANNOUNCED] = s[EFFECT];
    return 'opened';
  }

  /** Ends the episode for another reason than calm readings. Returns whether one was open. */
  end(at: number): boolean {
    const { open } = this;
    if (open) this.close(at);
    else this.s[STATE] = CALM;
    this.s[RAISED] = NaN;
    return open;
  }

  /**
   * The next episode opens whatever the score of the present or last one was: that came from a state that has been replaced, or the
   * operator called it normal.
   */
  endCoolDown(): void {
    this.s[CLOSED_AT] = -Infinity;
    if (this.open) this.s[FORGIVEN] = 1;
  }

  /** Writes the peak of the present or last episode into `finding`, and the largest effect so far. */
  recall(finding: Finding): void {
    const { s } = this;
    finding.score = s[PEAK];
    finding.effect = s[EFFECT];
    finding.cause = CAUSES[s[CAUSE]];
    finding.series = s[SERIES];
    finding.value = s[VALUE];
    finding.expected = s[EXPECTED];
    finding.lower = s[LOWER];
    finding.upper = s[UPPER];
    finding.gapFrom = s[GAP_FROM];
    finding.gapTo = s[GAP_TO];
    finding.detail = s[DETAIL];
    finding.usual = s[USUAL];
    finding.aspect = s[ASPECT];
    finding.confidence = s[CONFIDENCE];
    finding.evidence.set(s.subarray(EVIDENCE, SCORES));
    finding.scores.set(s.subarray(SCORES));
  }

  private follow(at: number, finding: Finding): EpisodePhase | null {
    const { s, options } = this;
    if (finding.score > s[PEAK] + CLEARLY) this.keepPeak(at, finding);
    if (finding.score > 1) s[LAST_OVER] = at;
    if (finding.score > options.hysteresis) this.keepEffect(finding);
    s[QUIET] = finding.score > options.hysteresis ? 0 : s[QUIET] + 1;
    if (s[QUIET] >= options.closeAfter) {
      this.close(at);
      return 'closed';
    }
    if (severityOf(s[EFFECT]) === severityOf(s[ANNOUNCED])) return null;
    s[ANNOUNCED] = s[EFFECT];
    return 'updated';
  }

  private close(at: number): void {
    const { s } = this;
    s[STATE] = CALM;
    s[CLOSED_AT] = s[FORGIVEN] === 1 ? -Infinity : at;
    s[FORGIVEN] = 0;
    s[LAST_PEAK] = s[PEAK];
  }

  private keepEffect({ effect }: Finding): void {
    if (effect > this.s[EFFECT]) this.s[EFFECT] = effect;
  }

  private keepPeak(at: number, finding: Finding): void {
    const { s } = this;
    if (finding.score <= s[PEAK]) return;
    s[PEAK_AT] = at;
    s[PEAK] = finding.score;
    s[CAUSE] = CAUSES.indexOf(finding.cause);
    s[SERIES] = finding.series;
    s[VALUE] = finding.value;
    s[EXPECTED] = finding.expected;
    s[LOWER] = finding.lower;
    s[UPPER] = finding.upper;
    s[GAP_FROM] = finding.gapFrom;
    s[GAP_TO] = finding.gapTo;
    s[DETAIL] = finding.detail;
    s[USUAL] = finding.usual;
    s[ASPECT] = finding.aspect;
    s[CONFIDENCE] = finding.confidence;
    s.set(finding.evidence, EVIDENCE);
    s.set(finding.scores, SCORES);
  }
}

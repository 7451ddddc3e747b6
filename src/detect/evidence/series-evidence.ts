import { log10 } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import type { Season } from '../forecast/season.ts';
import { isAsked, type SeriesInfo } from '../reading.ts';
import { DwellTails } from './dwell/dwell-times.ts';
import type { Extremes } from './rarity/extremes.ts';
import { Flatline } from './flatline.ts';
import { EVIDENCE_KINDS, type Evidence, type EvidenceKind, type SeriesReading } from './kind.ts';
import { Absent } from './kinds/absent.ts';
import { Correlation } from './kinds/correlation.ts';
import { Cycle, CYCLE } from './kinds/cycle.ts';
import { Duration, DURATION } from './kinds/duration.ts';
import { Extreme } from './kinds/extreme.ts';
import { FlatlineExit, FlatlineLength } from './kinds/flatline.ts';
import { ForecastLoss } from './kinds/forecast-loss.ts';
import { JumpSize } from './kinds/jump.ts';
import { Level } from './kinds/level.ts';
import { ShiftedMean } from './kinds/mean-shift.ts';
import { Occupancy, OCCUPANCY } from './kinds/occupancy.ts';
import { Sequence } from './kinds/sequence.ts';
import { StepVolatility } from './kinds/volatility.ts';
import type { MeanShift } from './level/mean-shift.ts';
import { LearningGate } from './learning-gate.ts';
import { combine, measureContext, type Context } from './score.ts';
import { CONSTANTS } from '../constants.ts';

const {
  SLOW_SPAN: READY_AFTER,
  SURE_AFTER,
  CHANCE_PER_DECADE,
  CHANCE_FROM,
  HALVE_AT: CHANCE_UP_TO,
  OUTLIER,
  RECENT_SPAN,
} = CONSTANTS;

const VOLATILITY = EVIDENCE_KINDS.indexOf('volatility');
const OCCUPIED = EVIDENCE_KINDS.indexOf('occupancy');
// Shared by all series: for one call only.
const PRESENT = new Float64Array(EVIDENCE_KINDS.length);
const PRESENT_PARTS = new Float64Array(EVIDENCE_KINDS.length);

/** All evidence about one series: the rarity of the newest reading for each kind, and the score of all kinds together. */
export class SeriesEvidence {
  /** Above 1 is anomalous. */
  score = 0;
  /** Share of each kind in the score, in the order of EVIDENCE_KINDS. */
  readonly parts = new Float64Array(EVIDENCE_KINDS.length);
  /** The range of all readings so far. */
  readonly range: Pick<Extremes, 'min' | 'max'>;
  private readonly context: Context = { kind: 0, evidence: 0 };
  private readonly presentContext: Context = { kind: 0, evidence: 0 };
  private leadingKind = EVIDENCE_KINDS.indexOf('level');
  private readonly only: SeriesInfo['only'];
  private readonly hold: boolean;
  private readonly kinds: readonly Evidence[];
  private readonly level: Level;
  private readonly flatline: Flatline;
  private readonly meanShift: ShiftedMean;
  private readonly dwellTails: DwellTails | null;
  private readonly duration: Duration | null;
  private readonly occupancy: Occupancy | null;
  /** Null in a challenger. */
  readonly cycle: Cycle | null;
  private readonly outliers: LearningGate;
  private readonly rarities = new Float64Array(EVIDENCE_KINDS.length);
  private outlier = false;
  // Of the reading scored last.
  private scale = 0;
  private trust = 0;
  private shiftScore = 0;

  /**
   * `hold`: whether anomalies are held. A challenger has no `duration`, `occupancy` and `cycle`: their tables of weeks would
   * hardly change while it learns (held-series.ts).
   */
  constructor(memory: Pieces, only: SeriesInfo['only'], hold: boolean, challenger = false) {
    this.only = only;
    this.hold = hold;
    const extreme = new Extreme(memory);
    this.range = extreme.range;
    const jump = new JumpSize(memory);
    const flatline = (this.flatline = new Flatline(memory));
    this.level = new Level(memory);
    this.meanShift = new ShiftedMean(memory, hold && !challenger);
    const tails = (this.dwellTails = challenger ? null : new DwellTails(memory));
    this.duration = tails && new Duration(memory, tails);
    this.occupancy = challenger ? null : new Occupancy(memory);
    this.cycle = tails && this.duration && new Cycle(memory, tails, this.duration.states);
    this.outliers = new LearningGate(memory, 'outliers.gate', RECENT_SPAN);
    // In the order of EVIDENCE_KINDS. A flatline uses the size that the jump before it has measured.
    this.kinds = [
      extreme,
      this.level,
      new ForecastLoss(memory),
      jump,
      new FlatlineLength(flatline, extreme.range, jump),
      new FlatlineExit(flatline, jump),
      new Sequence(memory),
      new StepVolatility(memory),
      new Correlation(memory),
      this.meanShift,
      this.duration ?? new Absent(DURATION),
      this.occupancy ?? new Absent(OCCUPANCY),
      this.cycle ?? new Absent(CYCLE),
    ];
  }

  /** The contextual way of the score (score.ts). */
  get contextual(): number {
    return this.context.evidence;
  }

  /** The kind that contributed most to the score. */
  get leading(): EvidenceKind {
    return EVIDENCE_KINDS[this.leadingKind];
  }

  /** Deviation of means over twelve readings, in the unit of the series. */
  get meanSpread(): number {
    return this.shift.spread;
  }

  get shift(): MeanShift {
    return this.meanShift.shift;
  }

  /** The value from which the deviation of the leading kind is measured. */
  reference(reading: SeriesReading): number {
    return this.kinds[this.leadingKind].reference(reading);
  }

  /** The number that the sentence of the leading kind needs. */
  detail(reading: SeriesReading): number {
    return this.kinds[this.leadingKind].detail(reading);
  }

  /** The usual value of that number; NaN where the sentence does not contain it. */
  usual(reading: SeriesReading): number {
    return this.kinds[this.leadingKind].usual?.(reading) ?? NaN;
  }

  /** If the leading kind is about a duration, that duration over the longest so far; else 1. */
  get overdue(): number {
    return this.kinds[this.leadingKind].overdue?.() ?? 1;
  }

  /** Which of several sentences of the leading kind applies. */
  get aspect(): number {
    return this.kinds[this.leadingKind].aspect?.() ?? 0;
  }

  /**
   * Scores a reading against all history. `trust`: how far the network's evidence counts as contextual, 0 to 1; `scale`: 1
   * over the alarm threshold.
   */
  scoreReading(reading: SeriesReading, trust: number, scale: number): void {
    const { kinds, parts, meanShift, rarities } = this;
    for (let k = 0; k < kinds.length; k++) rarities[k] = kinds[k].measure(reading);
    this.score = this.context.evidence = 0;
    this.outlier = false;
    parts.fill(0);
    if (reading.readings < READY_AFTER) return;

    this.subtractChance(reading);
    const sure = Math.min(1, Math.sqrt(reading.readings / SURE_AFTER));
    this.scale = sure * scale;
    this.trust = trust;
    this.shiftScore = sure * (this.isAsked(meanShift, reading) ? meanShift.score : 0);
    measureContext(rarities, this.scale, trust, this.context);
    this.score = combine(rarities, this.scale, this.context, this.shiftScore, this.hold, parts);
    this.outlier = this.score > OUTLIER;
    let largest = 0;
    for (let k = 0; k < parts.length; k++) {
      if (parts[k] <= largest) continue;
      largest = parts[k];
      this.leadingKind = k;
    }
  }

  /** The score without the share of the volatility, whose mean over 48 readings outlasts a spike by a hundred. */
  get scoreOfNow(): number {
    return this.score - this.parts[VOLATILITY];
  }

  /** The score without the share of `occupancy` that only its mean over 48 readings remembers: a fault of hours outlasts a day there. */
  get scoreOfPresent(): number {
    if (this.score === 0) return 0;
    PRESENT.set(this.rarities);
    PRESENT[OCCUPIED] = Math.max(0, PRESENT[OCCUPIED] - (this.occupancy?.remembered ?? 0));
    measureContext(PRESENT, this.scale, this.trust, this.presentContext);
    return combine(PRESENT, this.scale, this.presentContext, this.shiftScore, this.hold, PRESENT_PARTS);
  }

  /** The reading is missing: the score is 0. */
  skip(): void {
    this.score = this.context.evidence = 0;
  }

  /** Adds the reading to the history of each kind. Returns whether it may change which steps are usual. */
  learn(reading: SeriesReading, teaches: boolean): boolean {
    const normal = this.outliers.admits(this.outlier) && teaches;
    for (const kind of this.kinds) kind.learn(reading, teaches, normal);
    return normal;
  }

  /** Sets the time of day of the next reading. */
  advance(season: Season): void {
    this.level.advance(season);
  }

  /** The next reading cannot be compared with the last. */
  restart(): void {
    this.flatline.restart();
  }

  /** The present state of the series is the normal one from now on. */
  accept(): void {
    this.meanShift.accept();
    this.renew();
  }

  /** The states and levels of the past weeks get less weight from now on, because the series behaves differently. */
  renew(): void {
    this.dwellTails?.forget();
    this.duration?.renew();
    this.occupancy?.renew();
    this.cycle?.renew();
  }

  /** Subtracts from each rarity the part that chance alone gives in a history of this length; 0 for a direction that `only` excludes. */
  private subtractChance(reading: SeriesReading): void {
    const { kinds, rarities } = this;
    const chance =
      CHANCE_PER_DECADE * log10(Math.max(SURE_AFTER, Math.min(reading.readings, CHANCE_UP_TO)) / CHANCE_FROM);
    for (let k = 0; k < rarities.length; k++)
      rarities[k] = this.isAsked(kinds[k], reading) ? Math.max(0, rarities[k] - chance) : 0;
  }

  /** Whether the operator asks for deviations in the direction that this one has. */
  private isAsked(evidence: Evidence, reading: SeriesReading): boolean {
    return this.only === 'both' || !evidence.kind.directed || isAsked(this.only, evidence.deviation(reading));
  }
}

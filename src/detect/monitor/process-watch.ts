import { exp } from '../../math/elementary.ts';
import type { Memory } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';
import type { EpisodePhase } from '../episode/anomaly.ts';
import type { Confidence } from '../episode/confidence.ts';
import type { Detector, Verdict } from '../detector.ts';
import { Episode, type EpisodeOptions } from '../episode/episode.ts';
import { emptyFinding, type Finding } from '../episode/finding.ts';
import { LevelChanges } from '../episode/level-changes.ts';
import { isAsked, type SeriesInfo } from '../reading.ts';
import { exceedsMinDeviation } from '../episode/min-deviation.ts';
import type { Back, EventQueue } from '../episode/event-queue.ts';
import { EffectWatch } from './effect-watch.ts';
import type { WarmUp } from './warm-up.ts';

/** Part of its height above 1 that a held score keeps with each reading. */
const KEPT = exp(-1 / CONSTANTS.SLOW_SPAN);

/** The process that a stream's series measure: the finding of each sample, from the detector's scores, and its episode. */
export class ProcessWatch {
  readonly episode: Episode;
  private readonly finding: Finding;
  private readonly levelChanges: LevelChanges;
  private readonly effect: EffectWatch;
  private readonly hysteresis: number;
  private readonly series: readonly SeriesInfo[];
  private readonly detector: Detector;
  private readonly warmUp: WarmUp;
  private readonly confidence: Confidence;
  private readonly events: EventQueue;
  private readonly coolDownMs: number;

  constructor(
    memory: Pick<Memory, 'take'>,
    series: readonly SeriesInfo[],
    options: EpisodeOptions,
    {
      detector,
      warmUp,
      confidence,
      events,
    }: { detector: Detector; warmUp: WarmUp; confidence: Confidence; events: EventQueue },
  ) {
    this.episode = new Episode(memory, 'episode', series.length, options);
    this.finding = emptyFinding(series.length);
    this.levelChanges = new LevelChanges(memory, detector.series, (d, by, from) => this.matters(d, by, from));
    this.effect = new EffectWatch(memory, detector.series);
    this.hysteresis = options.hysteresis;
    this.series = series;
    this.detector = detector;
    this.warmUp = warmUp;
    this.confidence = confidence;
    this.events = events;
    this.coolDownMs = options.coolDownMs;
  }

  /** Follows the episode with the verdict on the last sample, and holds the score of the verdict. Returns what became of the episode. */
  step(verdict: Verdict): EpisodePhase | null {
    const before = this.episode.open ? this.episode.score : 1;
    this.scoreSeries(verdict);
    // Of a calm reading an episode takes the score alone, and to explain it costs more than a twentieth of the whole step.
    const deviates = this.finding.score > this.hysteresis || this.episode.open;
    this.effect.step(verdict.at, deviates);
    if (deviates) this.explain(verdict.at);
    // One excursion is one event: until it is over, only a higher score opens another episode.
    const recurrence = this.detector.recurrences[this.finding.series];
    const coolDownMs = Math.max(recurrence.lastedMs(verdict.at), this.coolDownMs);
    const phase = this.episode.step(verdict.at, this.finding, verdict.at, coolDownMs, recurrence.alarmedUntil);
    if (phase === 'opened') recurrence.opened();
    const back = phase === 'closed' ? this.back() : null;
    this.events.add(this.episode, verdict.at, phase, 'calm', this.detector.heldUntil(this.episode.series), back);
    this.followLevel(verdict.at, phase);
    if (this.episode.open) this.holdScore(verdict, before);
    return phase;
  }

  /** Passes over a sample of the warm-up: no reading of it is part of an alarm. */
  skip(): null {
    this.finding.scores.fill(0);
    return null;
  }

  /**
   * While an alarm is open, the score of its leading series falls only slowly, and not below 1. Within a fault many readings are usual
   * by themselves: without this a score of 0.4 stood beside an open alarm, and a program that compares the score with 1 got several alarms for
   * one fault. `before`: the score after the last sample; 1 when the alarm opens.
   */
  private holdScore(verdict: Verdict, before: number): void {
    const { series } = this.episode;
    const held = 1 + KEPT * (before - 1);
    this.episode.raiseScore(held);
    verdict.scores[series] = Math.max(verdict.scores[series], held);
    if (held <= verdict.score) return;
    verdict.score = held;
    verdict.leading = series;
  }

  /** Whether a change of the level of series d by `by` from `from` is reported: d is ready, and the change is asked for and large. */
  matters(d: number, by: number, from: number): boolean {
    const { series, warmUp } = this;
    return warmUp.of(d) === 1 && isAsked(series[d].only, by) && exceedsMinDeviation(series[d], by, from);
  }

  /** The known level to which a series has come back during the episode, that of the leading series first; null where there is none. */
  private back(): Back | null {
    const { detector, episode } = this;
    const isBack = (d: number): boolean => detector.series[d].evidence.shift.returnedAt >= episode.startAt;
    const series = isBack(episode.series) ? episode.series : detector.series.findIndex((_, d) => isBack(d));
    const level = series < 0 ? null : detector.series[series].evidence.shift.knownMode;
    return level === null ? null : { series, level };
  }

  /** An open episode does not open again; a change of level in it is an update. */
  private followLevel(at: number, phase: EpisodePhase | null): void {
    const { levelChanges, episode } = this;
    const series = levelChanges.step(episode.open && phase === null);
    if (phase === 'opened') levelChanges.begin();
    if (series < 0) return;
    const { count, from, to } = levelChanges;
    this.events.addLevelChange(episode, at, { series, nth: count, from, to }, this.detector.heldUntil(episode.series));
  }

  /** Leaves out series that are still warming up, and deviations below `min_deviation`. */
  private scoreSeries({ scores, leading }: Verdict): void {
    const { finding } = this;
    finding.score = 0;
    finding.series = leading;
    for (let d = 0; d < scores.length; d++) {
      finding.scores[d] = this.reports(d) ? scores[d] : 0;
      if (finding.scores[d] <= finding.score) continue;
      finding.score = finding.scores[d];
      finding.series = d;
    }
  }

  /** Whether a deviation of series d would be reported: after its warm-up, and from `min_deviation` on. */
  reports(d: number): boolean {
    const { value, reference } = this.detector.series[d];
    return this.warmUp.of(d) === 1 && exceedsMinDeviation(this.series[d], value - reference, reference);
  }

  /** Whether the last reading of series d is part of an alarm, open or suspected. */
  readonly inAlarm = (d: number): boolean => {
    const { open, series } = this.episode;
    return this.finding.scores[d] > (open ? this.hysteresis : 1) || (open && series === d);
  };

  private explain(at: number): void {
    const { finding } = this;
    const model = this.detector.series[finding.series];
    finding.effect = this.effect.of(finding.series, at, finding.score, model.evidence.overdue);
    finding.confidence = this.confidence.of(model.readings);
    finding.cause = model.evidence.leading;
    finding.value = model.value;
    finding.expected = model.expected;
    finding.lower = model.lower;
    finding.upper = model.upper;
    finding.gapFrom = model.gapFrom;
    finding.gapTo = model.gapTo;
    finding.detail = model.detail;
    finding.usual = model.usual;
    finding.aspect = model.evidence.aspect;
    finding.evidence.set(model.evidence.parts);
  }
}

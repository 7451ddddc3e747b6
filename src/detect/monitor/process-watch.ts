import type { Memory } from '../../math/memory.ts';
import type { EpisodePhase } from '../episode/anomaly.ts';
import type { Confidence } from '../episode/confidence.ts';
import type { Detector, Verdict } from '../detector.ts';
import { Episode, type EpisodeOptions } from '../episode/episode.ts';
import { emptyFinding, type Finding } from '../episode/finding.ts';
import { LevelChanges } from '../episode/level-changes.ts';
import { isAsked, type SeriesInfo } from '../reading.ts';
import { exceedsMinDeviation } from '../episode/min-deviation.ts';
import type { EventQueue } from '../episode/event-queue.ts';
import type { WarmUp } from './warm-up.ts';

/** A stream of one reading a second need not be silent for an hour: after so many usual intervals it may speak again. */
const MAX_COOL_DOWN_INTERVALS = 60;

/** What the scores of the detector say of the process, where they count: the finding of each sample, and its episode. */
export class ProcessWatch {
  readonly episode: Episode;
  private readonly finding: Finding;
  private readonly levelChanges: LevelChanges;
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
      news,
    }: { detector: Detector; warmUp: WarmUp; confidence: Confidence; news: EventQueue },
  ) {
    this.episode = new Episode(memory, 'episode', series.length, options);
    this.finding = emptyFinding(series.length);
    this.levelChanges = new LevelChanges(
      memory,
      detector.series,
      (d, by, from) => warmUp.of(d) === 1 && isAsked(series[d].only, by) && exceedsMinDeviation(series[d], by, from),
    );
    this.series = series;
    this.detector = detector;
    this.warmUp = warmUp;
    this.confidence = confidence;
    this.events = news;
    this.coolDownMs = options.coolDownMs;
  }

  /** Takes in the verdict on the last sample. */
  step(verdict: Verdict): void {
    this.scoreSeries(verdict);
    this.explain();
    const coolDownMs = Math.min(this.coolDownMs, MAX_COOL_DOWN_INTERVALS * this.detector.intervalMs);
    const phase = this.episode.step(verdict.at, this.finding, verdict.at, coolDownMs);
    this.events.add(this.episode, verdict.at, phase);
    this.followLevel(verdict.at, phase);
  }

  /** An open episode is not opened again, but it is told that it has moved on. */
  private followLevel(at: number, phase: EpisodePhase | null): void {
    const { levelChanges: moves, episode } = this;
    const moved = moves.step(episode.open && phase === null);
    if (phase === 'opened') moves.begin();
    if (moved >= 0)
      this.events.addLevelChange(episode, at, { series: moved, nth: moves.count, from: moves.from, to: moves.to });
  }

  /** Leaves out the scores of series that are still warming up, and those of deviations that do not matter. */
  private scoreSeries({ scores, leading }: Verdict): void {
    const { finding, series, detector, warmUp } = this;
    finding.score = 0;
    finding.series = leading;
    for (let d = 0; d < series.length; d++) {
      const reference = this.referenceOf(d);
      const counts =
        warmUp.of(d) === 1 && exceedsMinDeviation(series[d], detector.series[d].value - reference, reference);
      finding.scores[d] = counts ? scores[d] : 0;
      if (finding.scores[d] <= finding.score) continue;
      finding.score = finding.scores[d];
      finding.series = d;
    }
  }

  private explain(): void {
    const { finding } = this;
    const model = this.detector.series[finding.series];
    finding.confidence = this.confidence.of(model.readings);
    finding.cause = model.leading;
    finding.value = model.value;
    finding.expected = model.expected;
    finding.lower = model.lower;
    finding.upper = model.upper;
    finding.detail = this.detailOf(finding.series);
    finding.evidence.set(model.parts);
  }

  /** What the deviation of series d is measured from: its mean where its level is odd, else what was expected of it. */
  private referenceOf(d: number): number {
    const model = this.detector.series[d];
    switch (model.leading) {
      case 'level':
      case 'extreme':
        return model.mean;
      case 'mean_shift':
        return model.shift.mean;
      case 'correlation':
        return this.detector.fitted(d);
      default:
        return model.expected;
    }
  }

  /** The number that the sentence of the leading evidence needs. */
  private detailOf(d: number): number {
    const model = this.detector.series[d];
    switch (model.leading) {
      case 'extreme':
        return model.record;
      case 'volatility':
        return model.volatility.stepRatio;
      case 'flatline':
        return model.stood;
      case 'flatline_exit':
        return model.last;
      case 'level':
      case 'mean_shift':
      case 'correlation':
        return this.referenceOf(d);
      default:
        return NaN;
    }
  }
}

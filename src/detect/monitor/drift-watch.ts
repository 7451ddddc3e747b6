import type { Pieces } from '../../math/memory.ts';
import { DriftTest } from '../evidence/drift-test.ts';
import { Episode, type EpisodeOptions } from '../episode/episode.ts';
import { CAUSES, emptyFinding, type Finding } from '../episode/finding.ts';
import type { SeriesInfo } from '../reading.ts';
import type { Sample } from '../sample.ts';
import { exceedsMinDeviation } from '../episode/min-deviation.ts';
import { effectOfDrift } from '../episode/severity.ts';
import type { EventQueue } from '../episode/event-queue.ts';

/** Drift of the series of a stream: one test for each series, and one episode. */
export class DriftWatch {
  readonly episode: Episode;
  private readonly tests: readonly DriftTest[];
  private readonly finding: Finding;
  private readonly series: readonly SeriesInfo[];
  private readonly events: EventQueue;
  private readonly confidenceOf: (d: number) => number;

  /** `sections`: a memory for the test of each series. `confidenceOf(d)`: confidence in an alarm of series d, 0 to 1. */
  constructor(
    memory: Pieces,
    sections: readonly Pieces[],
    series: readonly SeriesInfo[],
    options: EpisodeOptions,
    events: EventQueue,
    confidenceOf: (d: number) => number,
  ) {
    // There is one finding a day, so the first calm one closes the episode.
    this.episode = new Episode(memory, 'drift', series.length, { ...options, minDurationMs: 0, closeAfter: 1 });
    this.tests = sections.map((own) => new DriftTest(own));
    this.finding = emptyFinding(series.length);
    this.series = series;
    this.events = events;
    this.confidenceOf = confidenceOf;
  }

  /**
   * Adds a sample, without the readings for which `inAlarm(d)`: those of an alarm are reported, and are no drift once it is over.
   * While `frozen` the references do not change.
   */
  step({ at, x }: Sample, frozen: boolean, inAlarm: (d: number) => boolean): void {
    const { tests } = this;
    let blockEnded = false;
    for (let d = 0; d < x.length; d++) {
      if (Number.isNaN(x[d]) || inAlarm(d)) continue;
      if (tests[d].update(at, x[d], frozen)) blockEnded = true;
    }
    if (blockEnded) this.check(at);
  }

  /** The present state of all series is normal from now on. */
  accept(): void {
    for (const test of this.tests) test.accept();
  }

  private check(at: number): void {
    const { tests, episode, finding } = this;
    finding.score = finding.series = 0;
    for (let d = 0; d < tests.length; d++) {
      const { recentMean, referenceMean, score } = tests[d];
      finding.scores[d] = exceedsMinDeviation(this.series[d], recentMean - referenceMean, referenceMean) ? score : 0;
      if (finding.scores[d] <= finding.score) continue;
      finding.score = finding.scores[d];
      finding.series = d;
    }
    const { recentMean, referenceMean, deviation, limit, recentFrom, since } = tests[finding.series];
    const reference = { mean: referenceMean, deviation };
    finding.effect = finding.score > 0 ? effectOfDrift(recentMean, reference, at - since, finding.score) : 0;
    finding.confidence = this.confidenceOf(finding.series);
    finding.cause = 'drift';
    finding.value = recentMean;
    finding.expected = referenceMean;
    finding.lower = referenceMean - limit;
    finding.upper = referenceMean + limit;
    finding.detail = at - recentFrom;
    finding.evidence[CAUSES.indexOf('drift')] = finding.score;
    this.events.add(episode, at, episode.step(at, finding, finding.score > 0 ? since : at));
  }
}

import type { Memory } from '../../math/memory.ts';
import { DriftTest } from '../evidence/drift-test.ts';
import { Episode, type EpisodeOptions } from '../episode/episode.ts';
import { CAUSES, emptyFinding, type Finding } from '../episode/finding.ts';
import type { SeriesInfo } from '../reading.ts';
import type { Sample } from '../sample.ts';
import { exceedsMinDeviation } from '../episode/min-deviation.ts';
import type { EventQueue } from '../episode/event-queue.ts';

/** Whether the series are still where they were when they were learned: their anchors, and the episode of drift. */
export class DriftWatch {
  readonly episode: Episode;
  private readonly tests: readonly DriftTest[];
  private readonly finding: Finding;
  private readonly series: readonly SeriesInfo[];
  private readonly events: EventQueue;
  private readonly confidenceOf: (d: number) => number;

  /** The anchors are taken from a memory for each series. `confidenceOf(d)`: how sure an alarm of series d is. */
  constructor(
    memory: Pick<Memory, 'take'>,
    sections: readonly Pick<Memory, 'take'>[],
    series: readonly SeriesInfo[],
    options: EpisodeOptions,
    news: EventQueue,
    confidenceOf: (d: number) => number,
  ) {
    // One look a day, at the end of it: calm then is calm.
    this.episode = new Episode(memory, 'drift', series.length, { ...options, minDurationMs: 0, closeAfter: 1 });
    this.tests = sections.map((own) => new DriftTest(own));
    this.finding = emptyFinding(series.length);
    this.series = series;
    this.events = news;
    this.confidenceOf = confidenceOf;
  }

  /** Takes in a sample. While `frozen` the anchors learn nothing. */
  step({ at, x }: Sample, frozen: boolean): void {
    const { tests: anchors } = this;
    let over = false; // a day
    for (let d = 0; d < x.length; d++) if (!Number.isNaN(x[d]) && anchors[d].update(at, x[d], frozen)) over = true;
    if (over) this.check(at);
  }

  /** All is right as it is. */
  accept(): void {
    for (const anchor of this.tests) anchor.accept();
  }

  private check(at: number): void {
    const { tests: anchors, episode, finding } = this;
    finding.score = finding.series = 0;
    for (let d = 0; d < anchors.length; d++) {
      const { recentMean: slow, referenceMean: mean, score } = anchors[d];
      finding.scores[d] = exceedsMinDeviation(this.series[d], slow - mean, mean) ? score : 0;
      if (finding.scores[d] <= finding.score) continue;
      finding.score = finding.scores[d];
      finding.series = d;
    }
    const { recentMean: slow, referenceMean: mean, limit: line, since } = anchors[finding.series];
    finding.confidence = this.confidenceOf(finding.series);
    finding.cause = 'drift';
    finding.value = slow;
    finding.expected = mean;
    finding.lower = mean - line;
    finding.upper = mean + line;
    finding.detail = at - since;
    finding.evidence[CAUSES.indexOf('drift')] = finding.score;
    this.events.add(episode, at, episode.step(at, finding, finding.score > 0 ? since : at));
  }
}

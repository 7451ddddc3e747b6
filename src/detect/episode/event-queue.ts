import type { Anomaly, AnomalyEvent, Ending, EpisodePhase } from './anomaly.ts';
import { describe } from './describe.ts';
import type { Episode } from './episode.ts';
import { emptyFinding, type Finding } from './finding.ts';
import type { SeriesInfo } from '../reading.ts';
import { movedOn, type Move } from './reason.ts';

/** What became of the episodes of a stream, kept until it may be told. */
export class News {
  private readonly stream: string;
  private readonly series: readonly SeriesInfo[];
  private readonly peak: Finding;
  private readonly events: AnomalyEvent[] = [];

  constructor(stream: string, series: readonly SeriesInfo[]) {
    this.stream = stream;
    this.series = series;
    this.peak = emptyFinding(series.length);
  }

  /** Takes note of what became of an episode; null is nothing. */
  add(episode: Episode, at: number, phase: EpisodePhase | null, why: Ending = 'calm'): void {
    if (phase === null) return;
    this.events.push({ phase, at, anomaly: this.anomalyOf(episode, phase === 'closed' ? why : null) });
  }

  /** An open episode has moved on. */
  move(episode: Episode, at: number, move: Move): void {
    const anomaly = this.anomalyOf(episode, null);
    const reason = `${anomaly.reason} ${movedOn(move, this.series[move.series])}`;
    this.events.push({ phase: 'updated', at, anomaly: { ...anomaly, reason }, move: move.nth });
  }

  /** An episode is over by a word, if it is open. */
  end(episode: Episode, at: number, why: Ending): void {
    if (episode.end(at)) this.add(episode, at, 'closed', why);
  }

  /** Takes over what another has to tell. */
  takeOver(other: News): void {
    this.events.push(...other.events);
  }

  tell(onEvent: (event: AnomalyEvent) => void): void {
    for (const event of this.events) onEvent(event);
    this.events.length = 0;
  }

  private anomalyOf(episode: Episode, endedBy: Ending | null): Anomaly {
    episode.recall(this.peak);
    return describe(this.stream, this.series, episode, this.peak, endedBy);
  }
}

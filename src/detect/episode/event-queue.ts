import type { Anomaly, AnomalyEvent, Ending, EpisodePhase } from './anomaly.ts';
import { toAnomaly } from './describe.ts';
import type { Episode } from './episode.ts';
import { emptyFinding, type Finding } from './finding.ts';
import type { Calendar } from '../forecast/calendar.ts';
import type { SeriesInfo } from '../reading.ts';
import { levelChangeReason, type LevelChange } from './reason.ts';

/** What became of the episodes of a stream, kept until it may be told. */
export class EventQueue {
  private readonly stream: string;
  private readonly series: readonly SeriesInfo[];
  private readonly calendar: Calendar;
  private readonly peak: Finding;
  private readonly events: AnomalyEvent[] = [];

  /** `calendar`: the wall clock for the times in sentences. */
  constructor(stream: string, series: readonly SeriesInfo[], calendar: Calendar) {
    this.calendar = calendar;
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
  addLevelChange(episode: Episode, at: number, move: LevelChange): void {
    const anomaly = this.anomalyOf(episode, null);
    const reason = `${anomaly.reason} ${levelChangeReason(move, this.series[move.series])}`;
    this.events.push({ phase: 'updated', at, anomaly: { ...anomaly, reason }, levelChange: move.nth });
  }

  /** An episode is over by a word, if it is open. */
  end(episode: Episode, at: number, why: Ending): void {
    if (episode.end(at)) this.add(episode, at, 'closed', why);
  }

  /** Takes over what another has to tell. */
  takeOver(other: EventQueue): void {
    this.events.push(...other.events);
  }

  flush(onEvent: (event: AnomalyEvent) => void): void {
    for (const event of this.events) onEvent(event);
    this.events.length = 0;
  }

  private anomalyOf(episode: Episode, endedBy: Ending | null): Anomaly {
    episode.recall(this.peak);
    return toAnomaly(this.stream, this.series, episode, this.peak, endedBy, this.calendar);
  }
}

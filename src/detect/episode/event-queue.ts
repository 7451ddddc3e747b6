import type { Anomaly, AnomalyEvent, Ending, EpisodePhase } from './anomaly.ts';
import { toAnomaly } from './describe.ts';
import type { Episode } from './episode.ts';
import type { Habit } from './habit.ts';
import { emptyFinding, type Finding } from './finding.ts';
import type { ModeReturn } from './operating-mode.ts';
import type { Calendar } from '../forecast/calendar.ts';
import type { SeriesInfo } from '../reading.ts';
import { levelChangeReason, returnReason, type LevelChange, type Return } from './reason.ts';

/** The times that are known. */
const limitsOf = (heldUntil: number, coolDownUntil: number): Pick<AnomalyEvent, 'heldUntil' | 'coolDownUntil'> => ({
  ...(Number.isNaN(heldUntil) ? {} : { heldUntil }),
  ...(Number.isFinite(coolDownUntil) ? { coolDownUntil } : {}),
});

/** The level to which series `series` has come back. */
export interface Back {
  readonly series: number;
  readonly level: Return;
}

/** Events of the episodes of a stream, kept until they can be published. */
export class EventQueue {
  private readonly stream: string;
  private readonly series: readonly SeriesInfo[];
  private readonly calendar: Calendar;
  private readonly peak: Finding;
  private readonly events: AnomalyEvent[] = [];
  private readonly habits: Habit[] = [];
  private readonly modes: ModeReturn[] = [];

  /** `calendar`: the wall clock for the times in sentences. */
  constructor(stream: string, series: readonly SeriesInfo[], calendar: Calendar) {
    this.calendar = calendar;
    this.stream = stream;
    this.series = series;
    this.peak = emptyFinding(series.length);
  }

  /**
   * Adds an event of an episode; none where `phase` is null. `why`: reason of the end, if it has ended; `heldUntil`: until when its
   * series is held, NaN where it is not; `back`: the known level with which it has ended, and its series.
   */
  add(
    episode: Episode,
    at: number,
    phase: EpisodePhase | null,
    why: Ending = 'calm',
    heldUntil = NaN,
    back: Back | null = null,
  ): void {
    if (phase === null) return;
    const closed = phase === 'closed';
    const anomaly = this.anomalyOf(episode, closed ? why : null);
    const coolDownUntil = closed && anomaly.kind !== 'sensor' ? episode.coolDownUntil() : NaN;
    const also = back === null ? '' : ` ${returnReason(back.level, this.series[back.series], this.calendar)}`;
    this.events.push({
      phase,
      at,
      anomaly: { ...anomaly, reason: `${anomaly.reason}${also}` },
      ...limitsOf(closed ? NaN : heldUntil, coolDownUntil),
    });
  }

  /** Adds an update of an open episode whose level has changed again. */
  addLevelChange(episode: Episode, at: number, change: LevelChange, heldUntil = NaN): void {
    const anomaly = this.anomalyOf(episode, null);
    const reason = `${anomaly.reason} ${levelChangeReason(change, this.series[change.series])}`;
    this.events.push({
      phase: 'updated',
      at,
      anomaly: { ...anomaly, reason },
      levelChange: change.nth,
      ...limitsOf(heldUntil, NaN),
    });
  }

  /** Adds a signature that has become a habit. */
  addHabit(habit: Habit): void {
    this.habits.push(habit);
  }

  /** Adds the return of a series to a known level with which no episode has ended. */
  addMode(mode: ModeReturn): void {
    this.modes.push(mode);
  }

  /** Ends the episode, if it is open, for a reason other than a low score. */
  end(episode: Episode, at: number, why: Ending): void {
    if (episode.end(at)) this.add(episode, at, 'closed', why);
  }

  /** Appends the events of another queue. */
  takeOver(other: EventQueue): void {
    this.events.push(...other.events);
    this.habits.push(...other.habits);
    this.modes.push(...other.modes);
  }

  /** Passes events to `onEvent`, habits to `onHabit` and returns to a known level to `onMode`, in order, and empties the queue. */
  flush(
    onEvent: (event: AnomalyEvent) => void,
    onHabit: (habit: Habit) => void,
    onMode: (mode: ModeReturn) => void,
  ): void {
    for (const event of this.events) onEvent(event);
    this.events.length = 0;
    for (const habit of this.habits) onHabit(habit);
    this.habits.length = 0;
    for (const mode of this.modes) onMode(mode);
    this.modes.length = 0;
  }

  private anomalyOf(episode: Episode, endedBy: Ending | null): Anomaly {
    episode.recall(this.peak);
    return toAnomaly(this.stream, this.series, episode, this.peak, endedBy, this.calendar);
  }
}

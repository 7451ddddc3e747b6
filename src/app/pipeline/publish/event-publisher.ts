import type { AnomalyEvent } from '../../../detect/episode/anomaly.ts';
import type { Habit } from '../../../detect/episode/habit.ts';
import type { ModeReturn, OperatingMode } from '../../../detect/episode/operating-mode.ts';
import type { Ports } from '../../../stream/ports/ports.ts';
import type { AlertPublisher } from './alert-publisher.ts';
import type { JournalReplay } from '../restore/journal-replay.ts';
import type { StreamLog } from '../log/stream-log.ts';
import type { Tallies } from '../tallies.ts';
import type { PipelineTime } from '../time.ts';

export interface EventPublisherOptions {
  readonly ports: Pick<Ports, 'ledger' | 'anomalyLog' | 'alerts'>;
  readonly time: Readonly<PipelineTime>;
  readonly replay: Pick<JournalReplay, 'active'>;
  readonly alertPublisher: AlertPublisher;
  readonly streamLog: StreamLog;
  readonly tallies: Tallies;
}

/** Writes the row of each event of the streams, then publishes it. The earlier run did both for the events of the replayed journal. */
export class EventPublisher {
  private readonly options: EventPublisherOptions;

  constructor(options: EventPublisherOptions) {
    this.options = options;
  }

  /**
   * The end of an episode whose series has left its group happens only now, also in a replay. `at`: time of arrival of its cause,
   * epoch ms; `replayed`: the cause comes from the journal.
   */
  episode(found: AnomalyEvent, at = this.options.time.now, replayed = this.options.replay.active): void {
    const { tallies, alertPublisher, time } = this.options;
    if (replayed && found.anomaly.endedBy !== 'removed') return;
    tallies.alarm(found);
    alertPublisher.episode(found, Math.max(at, time.commandAt));
  }

  habit(habit: Habit, at = this.options.time.now, replayed = this.options.replay.active): void {
    const { tallies, ports, streamLog } = this.options;
    if (replayed) return;
    tallies.habits++;
    ports.ledger.write(() => {
      ports.anomalyLog.recordHabit(habit);
    });
    ports.alerts.habit(habit);
    streamLog.habit(habit, at);
  }

  /** `modes`: those of its stream, at that time. */
  mode(
    mode: ModeReturn,
    modes: readonly OperatingMode[],
    at = this.options.time.now,
    replayed = this.options.replay.active,
  ): void {
    const { ports, streamLog } = this.options;
    if (replayed) return;
    ports.ledger.write(() => {
      ports.anomalyLog.recordModesOf(mode.stream, modes);
    });
    ports.alerts.mode(mode);
    streamLog.mode(mode, at);
  }
}

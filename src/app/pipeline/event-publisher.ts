import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { ModeReturn } from '../../detect/episode/operating-mode.ts';
import type { Ports } from '../../stream/ports.ts';
import type { AlertPublisher } from './alert-publisher.ts';
import type { JournalReplay } from './journal-replay.ts';
import type { StreamLog } from './stream-log.ts';
import type { Streams } from './streams.ts';
import type { Tallies } from './tallies.ts';
import type { PipelineTime } from './time.ts';

export interface EventPublisherOptions {
  readonly ports: Pick<Ports, 'ledger' | 'anomalyLog' | 'alerts'>;
  readonly time: Readonly<PipelineTime>;
  readonly replay: Pick<JournalReplay, 'active'>;
  readonly streams: Pick<Streams, 'find'>;
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

  /** The end of an episode whose series has left its group happens only now, also in a replay. */
  episode(found: AnomalyEvent): void {
    const { replay, tallies, alertPublisher, time } = this.options;
    if (replay.active && found.anomaly.endedBy !== 'removed') return;
    tallies.alarm(found);
    alertPublisher.episode(found, Math.max(time.now, time.commandAt));
  }

  habit(habit: Habit): void {
    const { replay, tallies, ports, streamLog, time } = this.options;
    if (replay.active) return;
    tallies.habits++;
    ports.ledger.write(() => {
      ports.anomalyLog.recordHabit(habit);
    });
    ports.alerts.habit(habit);
    streamLog.habit(habit, time.now);
  }

  mode(mode: ModeReturn): void {
    const { replay, streams, ports, streamLog, time } = this.options;
    if (replay.active) return;
    const modes = streams.find(mode.series)?.monitor.status.modes ?? [];
    ports.ledger.write(() => {
      ports.anomalyLog.recordModesOf(mode.stream, modes);
    });
    ports.alerts.mode(mode);
    streamLog.mode(mode, time.now);
  }
}

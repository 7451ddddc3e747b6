import type { NotifyTarget } from '../../config/schema/notify.ts';
import type { Site } from '../../config/schema/site.ts';
import type { NotificationTable, StoredNotification } from '../../io/sqlite/tables/notification-table.ts';
import { senderOf } from '../../io/notify/senders.ts';
import type { Button } from '../../io/notify/delivery.ts';
import type { Log } from '../../log.ts';
import type { Problem } from '../../stream/health.ts';
import type { Notification } from '../../stream/ports/notification.ts';
import type { AlertPort, LedgerPort } from '../../stream/ports/ports.ts';
import { Recipient, type Decision, type ThreadEvent } from './recipient.ts';
import { ofAlarm, ofHabit, ofIncident, ofProblem, ofText } from './words.ts';
import { Worker, type WorkerCounts } from './worker.ts';

export interface NotifierOptions {
  readonly site: Pick<Site, 'site' | 'notify' | 'groups'>;
  readonly table: NotificationTable;
  readonly ledger: Pick<LedgerPort, 'write'>;
  /** Buttons under a message of a target. */
  readonly buttonsOf?: (target: NotifyTarget, notification: Notification) => readonly Button[];
  readonly now: () => number;
  /** For tests: first pause after a failure, and the time limit of an attempt. */
  readonly retryMs?: number;
  readonly timeoutMs?: number;
  readonly log: Log;
}

/** A target as health and metrics see it. */
export interface TargetState extends Readonly<WorkerCounts> {
  readonly name: string;
  readonly waiting: number;
  readonly failingSince: number | null;
}

/**
 * Notifications for people. A message is written in the transaction of the alarm that it reports, sent after that, and deleted when
 * the target has taken it: at least once, if necessary by the next run. Alerts that a mute holds back do not reach it.
 */
export class Notifier {
  private readonly options: NotifierOptions;
  private readonly recipients: readonly Recipient[];
  private readonly workers: ReadonlyMap<string, Worker>;
  /** By target and thread: the id that the service gave to the first message. */
  private readonly refs = new Map<string, string>();
  private lastId: number;
  /** The last message of the runs before. */
  private readonly lastBefore: number;
  private stopped = false;

  constructor(options: NotifierOptions) {
    const { site, table } = options;
    this.options = options;
    this.lastId = this.lastBefore = table.lastId;
    const targets = Object.entries(site.notify);
    this.recipients = targets.map(([name, target]) => new Recipient(name, withMembers(target, site.groups)));
    this.workers = new Map(targets.map(([name, target]) => [name, this.workerOf(name, target)]));
  }

  /**
   * Sends the messages that earlier runs did not deliver, when `after` has ended. Those of a target that left the site file are
   * deleted.
   */
  start(after?: Promise<void>): void {
    const { table, ledger, now } = this.options;
    for (const { target, thread, severity } of table.threads(now()))
      this.recipients.find(({ name }) => name === target)?.restore(thread, severity);
    if (after === undefined) this.takeWaiting();
    else
      void after.then(() => {
        // After the transaction that deletes what the run before has delivered last.
        ledger.write(
          () => undefined,
          () => {
            if (!this.stopped) this.takeWaiting();
          },
          true,
        );
      });
  }

  private takeWaiting(): void {
    const { table, ledger, log, now } = this.options;
    // Read only now: the run before may have got more of them until its end.
    for (const { target, thread, ref } of table.threads(now()))
      if (ref !== null) this.refs.set(keyOf(target, thread), ref);
    const orphans: number[] = [];
    for (const { id, target, notification } of table.waiting()) {
      if (id > this.lastBefore) continue; // of this run: its worker has it
      const worker = this.workers.get(target);
      if (worker === undefined) orphans.push(id);
      else worker.add({ id, notification });
    }
    if (orphans.length === 0) return;
    log('info', { notifications: orphans.length }, 'notifications for targets that left the site file are deleted');
    ledger.write(() => {
      for (const id of orphans) table.remove(id);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
  }

  get targets(): readonly TargetState[] {
    return [...this.workers.values()].map(({ name, waiting, failingSince, counts }) => ({
      name,
      waiting,
      failingSince,
      ...counts,
    }));
  }

  /** The same alerts, which are also sent to the targets. */
  over(alerts: AlertPort): AlertPort {
    const { site } = this.options.site;
    return {
      state: (state) => {
        alerts.state(state);
      },
      event: (event) => {
        alerts.event(event);
        const { phase, at, anomaly } = event;
        const { id: thread, severity, series, stream } = anomaly;
        this.publish('alarm', { phase, thread, severity, series: [series, stream] }, (decision) =>
          ofAlarm(decision, anomaly, at, site),
        );
      },
      incident: (event) => {
        alerts.incident(event);
        const { phase, at, incident } = event;
        const { id: thread, severity, series } = incident;
        this.publish('incident', { phase, thread, severity, series }, (decision) =>
          ofIncident(decision, incident, at, site),
        );
      },
      mode: (mode) => {
        alerts.mode(mode);
      },
      habit: (habit) => {
        alerts.habit(habit);
        for (const recipient of this.recipients)
          if (recipient.wants('habit') && recipient.covers([habit.series, habit.stream]))
            this.add(recipient.name, ofHabit(habit, site));
      },
    };
  }

  /** A problem of the service itself begins or ends. */
  problem(phase: 'opened' | 'closed', problem: Problem, at: number): void {
    const notification = ofProblem(phase, problem, at, this.options.site.site);
    for (const recipient of this.recipients) {
      const { name, target } = recipient;
      // A target that fails would get the news of its failure when it is over.
      const itself = problem.code === 'notify_failing' && problem.subject === name;
      if (recipient.wants('health') && !itself && target.series === undefined) this.add(name, notification);
    }
  }

  /** The answer to a button. */
  answer(target: string, title: string, text: string): void {
    const { now, site } = this.options;
    this.add(target, ofText('answer', title, text, now(), site.site));
  }

  private publish(per: NotifyTarget['per'], event: ThreadEvent, words: (decision: Decision) => Notification): void {
    const { table, ledger, now } = this.options;
    for (const recipient of this.recipients) {
      if (recipient.target.per !== per) continue;
      const { name } = recipient;
      const decision = recipient.decide(event, (severity) => {
        ledger.write(() => {
          if (severity === null) table.removeThread(name, event.thread);
          else table.setThread({ target: name, thread: event.thread, severity, ref: null }, now());
        });
      });
      if (decision !== null) this.add(name, words(decision));
    }
  }

  /** Writes the message with the alarm, and sends it when both are on the disk, or cannot be written. */
  private add(target: string, notification: Notification): void {
    const { table, ledger } = this.options;
    const stored: StoredNotification = { id: ++this.lastId, target, notification };
    ledger.write(
      () => {
        table.add(stored);
      },
      () => {
        this.workers.get(target)!.add(stored);
      },
      true,
    );
  }

  private workerOf(name: string, target: NotifyTarget): Worker {
    const { table, ledger, log, now, retryMs, timeoutMs, buttonsOf = () => [] } = this.options;
    return new Worker({
      name,
      open: () => senderOf(target, timeoutMs),
      buttonsOf: (notification) => buttonsOf(target, notification),
      refOf: (thread) => this.refs.get(keyOf(name, thread)) ?? null,
      onSettled: ({ id, notification: { thread, event, replaces } }, ref) => {
        const ends = event === 'ended' || (event === 'health' && replaces);
        if (thread !== null && ends) this.refs.delete(keyOf(name, thread));
        else if (thread !== null && ref !== null) this.refs.set(keyOf(name, thread), ref);
        ledger.write(() => {
          table.remove(id);
          if (thread !== null && ref !== null && !ends) table.setRef(name, thread, ref);
        });
      },
      now,
      ...(retryMs === undefined ? {} : { retryMs }),
      log,
    });
  }
}

const keyOf = (target: string, thread: string): string => `${target} ${thread}`;

/** A target for a group is one for each of its series: an incident names only series. */
const withMembers = (target: NotifyTarget, groups: Site['groups']): NotifyTarget => {
  const { series } = target;
  if (series === undefined) return target;
  const members = series.flatMap((slug) => (Object.hasOwn(groups, slug) ? groups[slug].series : []));
  return { ...target, series: [...new Set([...series, ...members])] };
};

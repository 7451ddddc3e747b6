import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type {
  AnomalyLogPort,
  CommandLogPort,
  EventTime,
  Label,
  LedgerPort,
  Mark,
  ReloadAnswer,
  SnapshotPort,
  StreamAction,
} from '../../stream/ports.ts';
import type { ActionResult } from '../pipeline/act.ts';
import { snapshotOf } from '../pipeline/checkpoint.ts';
import type { Streams } from '../pipeline/streams.ts';
import { SITE, type Mutes } from './mutes.ts';
import { fits, saveRestored, stateBefore } from './past-state.ts';
import { isRefused, refuse, type Refused } from './refusals.ts';
import type { Command } from './request.ts';

/** What commands act on. */
export interface CommandWorld {
  readonly streams: Streams;
  readonly mutes: Mutes;
  readonly log: CommandLogPort;
  readonly snapshots: SnapshotPort;
  readonly anomalyLog: Pick<AnomalyLogPort, 'recordHabitsOf' | 'recordModesOf'>;
  readonly ledger: LedgerPort;
  /** Reads the site file again. */
  readonly reload?: (() => ReloadAnswer) | undefined;
  /** Publishes the alerts that a mute no longer holds back. */
  readonly releaseAlerts: (at: number) => void;
}

/** What an undo needs: stored with the command as JSON. */
export interface Undo {
  /** The actions that restore what was before. */
  readonly actions?: readonly StreamAction[];
  /** The mute of a scope before; `until` null where there was none. */
  readonly mute?: { readonly scope: string; readonly until: number | null };
  /** Whether the command made a label. */
  readonly label?: boolean;
  /** The stream whose whole learned state from before the command is kept. */
  readonly state?: string;
}

export interface Done {
  readonly text: string;
  readonly undo: Undo | null;
  /** The series or group; null for the site. */
  readonly series: string | null;
  /** Streams that have changed. */
  readonly monitors: readonly StreamMonitor[];
  /** Writes that belong into the transaction of the command. */
  readonly tasks: readonly (() => void)[];
}

interface Target {
  readonly slug: string;
  readonly monitor: StreamMonitor;
  /** Null for a group. */
  readonly d: number | null;
}

/** What an answer is about: an alarm, or a habit by when it came first. */
type Answered =
  { readonly target: Target; readonly episode: Anomaly } | { readonly target: Target; readonly firstAt: number };

/** The share in the score from which on another series of the group took part in an alarm. */
const LEAST_SHARE = 0.1;

/**
 * Carries out commands, at a place between two readings. A change of a stream is made at once and recorded in the journal; the
 * database is written by `tasks`. A refused command has changed nothing.
 */
export class Executor {
  private readonly world: CommandWorld;

  constructor(world: CommandWorld) {
    this.world = world;
  }

  /** `id`: of the request. `at`: now, epoch ms. */
  execute(command: Command, id: string, at: number): Done | Refused {
    if (command.command === 'undo') return this.undo(command.of, id, at);
    if (command.command === 'reload') return command.series === undefined ? this.reload() : refuse('site_only');
    if (command.command === 'normal' || command.command === 'fault') return this.answer(command, id, at);
    const target = command.series === undefined ? null : this.find(command.series);
    if (command.series !== undefined && target === null) return refuse('unknown_series');
    switch (command.command) {
      case 'mute':
        return this.mute(target, at, at + command.for);
      case 'unmute':
        return this.mute(target, at, null);
      case 'freeze':
      case 'resume':
        return this.hold(command.command, target, at);
    }
    if (target === null) return refuse('series_needed');
    switch (command.command) {
      case 'missed':
        return this.missed(command, target, id, at);
      case 'accept':
        return this.accept(target, id, at);
      case 'reset':
        return this.reset(target, id, at);
      case 'forget':
        return this.forget(target, command.since, id, at);
      case 'sensitivity':
        return this.setSensitivity(target, command.value, at);
    }
  }

  private reload(): Done | Refused {
    const answer = this.world.reload?.();
    if (answer === undefined) return refuse('no_site_file');
    if (!answer.ok) return refuse('site_file_wrong', answer.text);
    return { text: answer.text, undo: null, series: null, monitors: [], tasks: [] };
  }

  private find(slug: string): Target | null {
    const place = this.world.streams.find(slug);
    return place === null ? null : { slug, ...place };
  }

  /** Makes a change of a stream, and records it in the journal at this place. */
  private act(action: StreamAction, at: number): ActionResult | null {
    const { ledger, streams } = this.world;
    ledger.recordCommand(at, action);
    return streams.act(action, at, ledger.seq);
  }

  private mute(target: Target | null, at: number, until: number | null): Done {
    const { mutes, releaseAlerts } = this.world;
    const scope = target?.slug ?? SITE;
    const before = mutes.until(scope);
    const store = this.setMute(scope, until);
    const what = target === null ? 'the site' : target.slug;
    const text =
      until !== null
        ? `No alert about ${what} is published until ${new Date(until).toISOString()}; alarms are still stored.`
        : before === null
          ? `Alerts about ${what} were not muted.`
          : `Alerts about ${what} are published again.`;
    if (until === null) releaseAlerts(at);
    return {
      text,
      undo: { mute: { scope, until: before } },
      series: target?.slug ?? null,
      monitors: this.monitorsOf(target),
      tasks: [store],
    };
  }

  /** Begins a mute, or ends it where `until` is null. Returns the task that stores it. */
  private setMute(scope: string, until: number | null): () => void {
    const { mutes, log } = this.world;
    if (until === null) mutes.remove(scope);
    else mutes.set({ scope, until });
    return () => {
      if (until === null) log.removeMute(scope);
      else log.setMute({ scope, until });
    };
  }

  /** Those of a target; of the whole site where there is none. */
  private monitorsOf(target: Target | null): readonly StreamMonitor[] {
    return target === null ? [...this.world.streams.monitors] : [target.monitor];
  }

  private hold(word: 'freeze' | 'resume', target: Target | null, at: number): Done {
    const monitors = this.monitorsOf(target);
    const other = word === 'freeze' ? 'resume' : 'freeze';
    const changed = monitors.filter(({ status }) => status.frozen !== (word === 'freeze'));
    for (const { stream } of changed) this.act({ do: word, stream }, at);
    const of = target === null ? `all ${monitors.length} streams` : target.monitor.stream;
    return {
      text:
        changed.length === 0
          ? `Nothing to do: ${word === 'freeze' ? 'it learns nothing already' : 'it learns already'}.`
          : word === 'freeze'
            ? `Learning is stopped for ${of} until resume; scores and alarms go on.`
            : `Learning goes on for ${of}.`,
      undo: changed.length === 0 ? null : { actions: changed.map(({ stream }) => ({ do: other, stream })) },
      series: target?.slug ?? null,
      monitors: changed,
      tasks: [],
    };
  }

  private setSensitivity({ slug, monitor }: Target, value: number | null, at: number): Done {
    const { stream, status } = monitor;
    const before = status.sensitivitySet;
    const changed = value !== before;
    if (changed) this.act({ do: 'sensitivity', stream, value }, at);
    const which = value === null ? `${status.sensitivity}, as in the site file` : `${value}`;
    return {
      text: `The sensitivity of ${stream} is ${which}${changed ? '' : ' already'}.`,
      undo: changed ? { actions: [{ do: 'sensitivity', stream, value: before }] } : null,
      series: slug,
      monitors: [monitor],
      tasks: [],
    };
  }

  private accept({ slug, monitor }: Target, id: string, at: number): Done {
    const keep = this.keepState(monitor, id, at);
    this.act({ do: 'accept', stream: monitor.stream }, at);
    return {
      text: `The present state of ${monitor.stream} is the normal one now; its open alarms have ended.`,
      undo: { state: monitor.stream },
      series: slug,
      monitors: [monitor],
      tasks: [keep],
    };
  }

  private reset({ slug, monitor, d }: Target, id: string, at: number): Done {
    const keep = this.keepState(monitor, id, at);
    const series = d === null || monitor.series.length === 1 ? null : slug;
    this.act({ do: 'reset', stream: monitor.stream, series }, at);
    return {
      text: `Everything that ${slug} had learned is deleted; a new warm-up begins.`,
      undo: { state: monitor.stream },
      series: slug,
      monitors: [monitor],
      tasks: [keep, this.habitsOf(monitor)],
    };
  }

  private forget({ slug, monitor }: Target, since: number, id: string, at: number): Done | Refused {
    const { snapshots, ledger } = this.world;
    const past = stateBefore(monitor, snapshots, since);
    if (past === null) return refuse('no_state');
    const keep = this.keepState(monitor, id, at);
    monitor.operator.forget(past.bytes, at);
    const save = (): void => {
      saveRestored(monitor, snapshots, since, { now: at, seq: ledger.seq });
    };
    return {
      text: `${monitor.stream} knows what it knew at ${new Date(past.at).toISOString()}; what it learned since then is forgotten.`,
      undo: { state: monitor.stream },
      series: slug,
      monitors: [monitor],
      tasks: [keep, save, this.habitsOf(monitor)],
    };
  }

  private missed(
    { from, until, note }: Extract<Command, { command: 'missed' }>,
    { slug, monitor, d }: Target,
    id: string,
    at: number,
  ): Done | Refused {
    const end = Math.min(until ?? at, at);
    if (from > at || from > end) return refuse('bad_range');
    return {
      text: `Noted as a fault of ${slug} that was not reported; forget deletes what was learned since then.`,
      undo: { label: true },
      series: slug,
      monitors: [],
      tasks: [
        this.label({
          id,
          stream: monitor.stream,
          series: d === null ? monitor.stream : slug,
          kind: 'missed',
          from,
          until: end,
          event: null,
          note: note ?? null,
        }),
      ],
    };
  }

  /** `normal` and `fault`: the operator's answer to an alarm or a habit. */
  private answer(command: Extract<Command, { command: 'normal' | 'fault' }>, id: string, at: number): Done | Refused {
    const answered = this.answeredBy(command);
    if (isRefused(answered)) return answered;
    const { target } = answered;
    const { monitor, slug } = target;
    const mark = command.command;
    const label = (series: string, from: number, until: number, event: string): (() => void) =>
      this.label({ id, stream: monitor.stream, series, kind: mark, from, until, event, note: command.note ?? null });
    const done = { series: slug, monitors: [monitor] } as const;
    if (!('episode' in answered)) {
      const marks = this.markAll(monitor, [slug], mark, { firstAt: answered.firstAt }, at);
      if (marks.length === 0) return refuse('unknown_event');
      return { ...done, text: SENTENCES[mark](slug), undo: { actions: marks }, tasks: [this.habitsOf(monitor)] };
    }
    const { episode } = answered;
    const tasks = [label(episode.series, episode.startAt, Math.max(episode.startAt, episode.endAt ?? at), episode.id)];
    if (episode.kind === 'sensor' && mark === 'normal') return refuse('sensor_fault');
    if (episode.kind === 'drift' && mark === 'normal') {
      const keep = this.keepState(monitor, id, at);
      this.act({ do: 'accept_drift', stream: monitor.stream }, at);
      const text = `The present level of ${monitor.stream} is the one that drift is compared with from now on.`;
      return { ...done, text, undo: { state: monitor.stream, label: true }, tasks: [...tasks, keep] };
    }
    if (episode.kind !== 'process') return { ...done, text: NOTED, undo: { label: true }, tasks };
    const event = {
      from: episode.startAt,
      until: episode.endAt ?? Number.MAX_SAFE_INTEGER,
      value: episode.value,
    };
    const others = Object.keys(episode.contributions).filter(
      (series) => series !== episode.series && episode.contributions[series] >= LEAST_SHARE,
    );
    const lead = this.markAll(monitor, [episode.series], mark, event, at);
    if (lead.length === 0 && mark === 'normal') return refuse('not_remembered');
    const marks = [...lead, ...this.markAll(monitor, others, mark, { ...event, value: null }, at)];
    return {
      ...done,
      text: lead.length === 0 ? NOTED : SENTENCES[mark](episode.series),
      undo: { actions: marks, label: true },
      tasks: [...tasks, this.habitsOf(monitor)],
    };
  }

  /** The alarm or habit that an answer is about, and its series. */
  private answeredBy({ event, series }: Extract<Command, { command: 'normal' | 'fault' }>): Answered | Refused {
    const named = series === undefined ? null : this.find(series);
    if (series !== undefined && named === null) return refuse('unknown_series');
    const habit = event === undefined ? null : HABIT_ID.exec(event);
    if (habit !== null) {
      const target = this.find(habit[1]);
      if (typeof target?.d !== 'number') return refuse('unknown_event');
      if (named !== null && named.monitor !== target.monitor) return refuse('series_mismatch');
      return { target, firstAt: Number.parseInt(habit[2], 36) };
    }
    if (event === undefined && named === null) return refuse('series_needed');
    const episode = this.episodeOf(event, named);
    if (episode === null) return refuse(event === undefined ? 'no_event' : 'unknown_event');
    const target = this.find(episode.stream);
    if (target === null) return refuse('unknown_event');
    if (named !== null && named.monitor !== target.monitor) return refuse('series_mismatch');
    return { target: named ?? target, episode };
  }

  private episodeOf(event: string | undefined, named: Target | null): Anomaly | null {
    const { log } = this.world;
    if (event !== undefined) return log.episode(event);
    const { monitor, d, slug } = named!;
    return log.lastEpisode(monitor.stream, d === null || monitor.series.length === 1 ? null : slug);
  }

  /** Marks an event in each of these series; returns the actions that take it back. */
  private markAll(
    { stream }: StreamMonitor,
    series: readonly string[],
    mark: Mark,
    event: EventTime,
    at: number,
  ): readonly StreamAction[] {
    return series.flatMap((slug) => {
      const action = { do: 'mark', stream, series: slug, mark, event } as const;
      const result = this.act(action, at);
      if (result === null) return [];
      const { before, firstAt } = result;
      return [{ ...action, mark: before, event: firstAt === null ? event : { firstAt } }];
    });
  }

  private undo(of: string, id: string, at: number): Done | Refused {
    const { log, snapshots, ledger, streams, releaseAlerts } = this.world;
    const found = log.find(of);
    if (found?.status !== 'done') return refuse('unknown_command');
    if (found.undoneBy !== null) return refuse('already_undone');
    if (found.undo === null) return refuse('not_undoable');
    const undo = JSON.parse(found.undo) as Undo;
    const tasks: (() => void)[] = [];
    const monitors = new Set<StreamMonitor>();
    if (undo.state !== undefined) {
      const monitor = streams.find(undo.state)?.monitor;
      const past = log.stateBefore(of);
      if (monitor === undefined || past === null || !fits(monitor, past)) return refuse('state_gone');
      monitor.operator.forget(past.bytes, at);
      monitors.add(monitor);
      tasks.push(() => {
        saveRestored(monitor, snapshots, found.at, { now: at, seq: ledger.seq });
      }, this.habitsOf(monitor));
    }
    for (const action of undo.actions ?? []) {
      this.act(action, at);
      const monitor = streams.find(action.stream)?.monitor;
      if (monitor === undefined) continue;
      monitors.add(monitor);
      tasks.push(this.habitsOf(monitor));
    }
    if (undo.mute !== undefined) {
      const { scope, until } = undo.mute;
      tasks.push(this.setMute(scope, until));
      releaseAlerts(at);
      for (const monitor of streams.monitors) monitors.add(monitor);
    }
    tasks.push(() => {
      if (undo.label === true) log.removeLabel(of);
      log.setUndone(of, id);
    });
    return {
      text: `${found.command ?? 'The command'} is undone.`,
      undo: null,
      series: found.series,
      monitors: [...monitors],
      tasks,
    };
  }

  /** Keeps the whole state of a stream from before a command, so that it can be undone. */
  private keepState(monitor: StreamMonitor, id: string, at: number): () => void {
    const before = snapshotOf(monitor, at, this.world.ledger.seq);
    return () => {
      this.world.log.keepState(id, before);
    };
  }

  private habitsOf({ stream, status }: StreamMonitor): () => void {
    return () => {
      this.world.anomalyLog.recordHabitsOf(stream, status.habits);
      this.world.anomalyLog.recordModesOf(stream, status.modes);
    };
  }

  private label(label: Label): () => void {
    return () => {
      this.world.log.addLabel(label);
    };
  }
}

/** `<series>-h<since in base 36>`, as `toHabit` makes it. */
const HABIT_ID = /^(.+)-h(-?[0-9a-z]+)$/;

const NOTED = 'Noted as a fault, for evaluate and tune; what was learned does not change.';

const SENTENCES = {
  normal: (series: string) => `Events of ${series} like this one are no alarm from now on.`,
  fault: (series: string) => `Events of ${series} like this one stay alarms, however often they come.`,
} as const;

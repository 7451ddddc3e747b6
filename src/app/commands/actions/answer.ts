import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import type { EventTime, Mark, StreamAction } from '../../../stream/ports/ports.ts';
import type { Stream } from '../../pipeline/stream.ts';
import { isRefused, refuse, type Refused } from '../refusals.ts';
import type { Command } from '../request.ts';
import {
  act,
  habitsOf,
  keepState,
  labelled,
  targetOf,
  type CommandWorld,
  type Done,
  type Moment,
  type Target,
} from '../world.ts';

type Answer = Extract<Command, { command: 'normal' | 'fault' }>;

/** What an answer is about: an alarm, or a habit by when it came first. */
type Answered =
  { readonly target: Target; readonly episode: Anomaly } | { readonly target: Target; readonly firstAt: number };

/** The share in the score from which on another series of the group took part in an alarm. */
const LEAST_SHARE = 0.1;
/** `<series>-h<since in base 36>`, as `toHabit` makes it. */
const HABIT_ID = /^(.+)-h(-?[0-9a-z]+)$/;
const NOTED = 'Noted as a fault, for evaluate and tune; this changes nothing that was learned.';
const SENTENCES = {
  normal: (series: string) => `Events of ${series} like this one are no alarm from now on.`,
  fault: (series: string) => `Events of ${series} like this one stay alarms, however often they come.`,
} as const;

/** `normal` and `fault`: the operator's answer to an alarm or a habit. */
export function answer(world: CommandWorld, command: Answer, moment: Moment): Done | Refused {
  const answered = answeredBy(world, command);
  if (isRefused(answered)) return answered;
  const { monitor, slug } = answered.target;
  const mark = command.command;
  if ('episode' in answered) return answerEpisode(world, answered.target, answered.episode, command, moment);
  const marks = markAll(world, monitor, [slug], mark, { firstAt: answered.firstAt }, moment.at);
  if (marks.length === 0) return refuse('unknown_event');
  const tasks = [habitsOf(world, monitor)];
  return { text: SENTENCES[mark](slug), undo: { actions: marks }, series: slug, monitors: [monitor], tasks };
}

function answerEpisode(
  world: CommandWorld,
  { monitor, slug }: Target,
  episode: Anomaly,
  { command: mark, note }: Answer,
  moment: Moment,
): Done | Refused {
  const { id, at } = moment;
  const { kind, series, startAt: from, endAt } = episode;
  const done = { series: slug, monitors: [monitor] } as const;
  const until = Math.max(from, endAt ?? at);
  const tasks = [
    labelled(world, {
      ...{ id, stream: monitor.stream, series, kind: mark, from, until },
      ...{ event: episode.id, note: note ?? null },
    }),
  ];
  if (kind === 'sensor' && mark === 'normal') return refuse('sensor_fault');
  if (kind === 'drift' && mark === 'normal') {
    const keep = keepState(world, monitor, moment);
    act(world, { do: 'accept_drift', stream: monitor.stream }, at);
    const text = `The present level of ${monitor.stream} is the reference for drift from now on.`;
    return { ...done, text, undo: { state: monitor.stream, label: true }, tasks: [...tasks, keep] };
  }
  if (kind !== 'process') return { ...done, text: NOTED, undo: { label: true }, tasks };
  const event = { from, until: endAt ?? Number.MAX_SAFE_INTEGER, value: episode.value };
  const others = Object.keys(episode.contributions).filter(
    (other) => other !== series && episode.contributions[other] >= LEAST_SHARE,
  );
  const lead = markAll(world, monitor, [series], mark, event, at);
  if (lead.length === 0 && mark === 'normal') return refuse('not_remembered');
  const marks = [...lead, ...markAll(world, monitor, others, mark, { ...event, value: null }, at)];
  return {
    ...done,
    text: lead.length === 0 ? NOTED : SENTENCES[mark](series),
    undo: { actions: marks, label: true },
    tasks: [...tasks, habitsOf(world, monitor)],
  };
}

/** `missed`: notes a fault without an alarm. */
export function missed(
  world: CommandWorld,
  { from, until, note }: Extract<Command, { command: 'missed' }>,
  { slug, monitor, d }: Target,
  { id, at }: Moment,
): Done | Refused {
  const end = Math.min(until ?? at, at);
  if (from > at || from > end) return refuse('bad_range');
  const series = d === null ? monitor.stream : slug;
  return {
    text: `Noted as an unreported fault of ${slug}; the command forget deletes everything that was learned since then.`,
    undo: { label: true },
    series: slug,
    monitors: [],
    tasks: [
      labelled(world, {
        ...{ id, stream: monitor.stream, series, kind: 'missed', from, until: end },
        ...{ event: null, note: note ?? null },
      }),
    ],
  };
}

/** The alarm or habit that an answer is about, and its series. */
function answeredBy(world: CommandWorld, { event, series }: Answer): Answered | Refused {
  const named = series === undefined ? null : targetOf(world, series);
  if (series !== undefined && named === null) return refuse('unknown_series');
  const habit = event === undefined ? null : HABIT_ID.exec(event);
  if (habit !== null) {
    const target = targetOf(world, habit[1]);
    if (typeof target?.d !== 'number') return refuse('unknown_event');
    if (named !== null && named.monitor !== target.monitor) return refuse('series_mismatch');
    return { target, firstAt: Number.parseInt(habit[2], 36) };
  }
  if (event === undefined && named === null) return refuse('series_needed');
  const episode = episodeOf(world, event, named);
  if (episode === null) return refuse(event === undefined ? 'no_event' : 'unknown_event');
  const target = targetOf(world, episode.stream);
  if (target === null) return refuse('unknown_event');
  if (named !== null && named.monitor !== target.monitor) return refuse('series_mismatch');
  return { target: named ?? target, episode };
}

function episodeOf({ log }: CommandWorld, event: string | undefined, named: Target | null): Anomaly | null {
  if (event !== undefined) return log.episode(event);
  const { monitor, d, slug } = named!;
  return log.lastEpisode(monitor.stream, d === null || monitor.series.length === 1 ? null : slug);
}

/** Marks an event in each of these series; returns the actions that take it back. */
function markAll(
  world: CommandWorld,
  { stream }: Stream,
  series: readonly string[],
  mark: Mark,
  event: EventTime,
  at: number,
): readonly StreamAction[] {
  return series.flatMap((slug) => {
    const action = { do: 'mark', stream, series: slug, mark, event } as const;
    const result = act(world, action, at);
    if (result === null) return [];
    const { before, firstAt } = result;
    return [{ ...action, mark: before, event: firstAt === null ? event : { firstAt } }];
  });
}

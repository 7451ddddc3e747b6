import { refuse, type Refused } from '../refusals.ts';
import { saveRestored, stateBefore } from '../past-state.ts';
import { act, habitsOf, keepState, type CommandWorld, type Done, type Moment, type Target } from '../world.ts';

/** `accept`: the present state is the normal one. */
export function accept(world: CommandWorld, { slug, monitor }: Target, moment: Moment): Done {
  const keep = keepState(world, monitor, moment);
  act(world, { do: 'accept', stream: monitor.stream }, moment.at);
  return {
    text: `The present state of ${monitor.stream} is the normal one now; its open alarms have ended.`,
    undo: { state: monitor.stream },
    series: slug,
    monitors: [monitor],
    tasks: [keep],
  };
}

/** `reset`: deletes everything learned, of a stream or of one series of a group. */
export function reset(world: CommandWorld, { slug, monitor, d }: Target, moment: Moment): Done {
  const keep = keepState(world, monitor, moment);
  const series = d === null || monitor.series.length === 1 ? null : slug;
  act(world, { do: 'reset', stream: monitor.stream, series }, moment.at);
  return {
    text: `Everything that ${slug} had learned is deleted; a new warm-up begins.`,
    undo: { state: monitor.stream },
    series: slug,
    monitors: [monitor],
    tasks: [keep, habitsOf(world, monitor)],
  };
}

/** `forget`: the newest stored state from before `since`, epoch ms. */
export function forget(world: CommandWorld, { slug, monitor }: Target, since: number, moment: Moment): Done | Refused {
  const { snapshots, ledger } = world;
  const past = stateBefore(monitor, snapshots, since);
  if (past === null) return refuse('no_state');
  const keep = keepState(world, monitor, moment);
  monitor.operator.forget(past.bytes, moment.at);
  const save = (): void => {
    saveRestored(monitor, snapshots, since, { now: moment.at, seq: ledger.seq });
  };
  return {
    text: `${monitor.stream} has its state of ${new Date(past.at).toISOString()} again; everything learned since then is deleted.`,
    undo: { state: monitor.stream },
    series: slug,
    monitors: [monitor],
    tasks: [keep, save, habitsOf(world, monitor)],
  };
}

/** `sensitivity`: another one, or that of the site file where `value` is null. */
export function setSensitivity(world: CommandWorld, { slug, monitor }: Target, value: number | null, at: number): Done {
  const { stream, status } = monitor;
  const before = status.sensitivitySet;
  const changed = value !== before;
  if (changed) act(world, { do: 'sensitivity', stream, value }, at);
  const which = value === null ? `${status.sensitivity}, as in the site file` : `${value}`;
  return {
    text: `The sensitivity of ${stream} is ${which}${changed ? '' : ' already'}.`,
    undo: changed ? { actions: [{ do: 'sensitivity', stream, value: before }] } : null,
    series: slug,
    monitors: [monitor],
    tasks: [],
  };
}

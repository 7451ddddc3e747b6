import type { Stream } from '../../pipeline/stream.ts';
import { fits, saveRestored } from '../past-state.ts';
import { refuse, type Refused } from '../refusals.ts';
import { act, habitsOf, type CommandWorld, type Done, type Moment, type Undo } from '../world.ts';
import { setFreeze } from './freeze.ts';
import { setMute } from './mute.ts';

/** `undo` of the command with the id `of`. */
export function undo(world: CommandWorld, of: string, { id, at }: Moment): Done | Refused {
  const { log, snapshots, ledger, streams, releaseAlerts } = world;
  const found = log.find(of);
  if (found?.status !== 'done') return refuse('unknown_command');
  if (found.undoneBy !== null) return refuse('already_undone');
  if (found.undo === null) return refuse('not_undoable');
  const before = JSON.parse(found.undo) as Undo;
  const tasks: (() => void)[] = [];
  const monitors = new Set<Stream>();
  let later: readonly string[] = [];
  if (before.state !== undefined) {
    const monitor = streams.find(before.state)?.monitor;
    const past = log.stateBefore(of);
    if (monitor === undefined || past === null || !fits(monitor, past)) return refuse('state_gone');
    later = log.keptAfter(of);
    monitor.operator.forget(past.bytes, at);
    monitors.add(monitor);
    tasks.push(
      () => {
        saveRestored(monitor, snapshots, found.at, { now: at, seq: ledger.seq });
        log.dropStates(of);
      },
      habitsOf(world, monitor),
    );
  }
  for (const action of before.actions ?? []) {
    act(world, action, at);
    const monitor = streams.find(action.stream)?.monitor;
    if (monitor === undefined) continue;
    monitors.add(monitor);
    tasks.push(habitsOf(world, monitor));
  }
  for (const end of before.freezes ?? []) {
    tasks.push(setFreeze(world, end));
    const monitor = streams.find(end.stream)?.monitor;
    if (monitor !== undefined) monitors.add(monitor);
  }
  if (before.mute !== undefined) {
    const { scope, until } = before.mute;
    tasks.push(setMute(world, scope, until));
    releaseAlerts(at);
    for (const monitor of streams.monitors) monitors.add(monitor);
  }
  tasks.push(() => {
    if (before.label === true) log.removeLabel(of);
    for (const each of [of, ...later]) log.setUndone(each, id);
  });
  const also =
    later.length === 0
      ? ''
      : `, and with it ${later.length} later ${later.length === 1 ? 'command' : 'commands'} that changed the same state`;
  return {
    text: `${found.command ?? 'The command'} is undone${also}.`,
    undo: null,
    series: found.series,
    monitors: [...monitors],
    tasks,
  };
}

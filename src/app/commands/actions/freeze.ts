import type { Freeze } from '../../../stream/ports/ports.ts';
import type { Stream } from '../../pipeline/stream.ts';
import { act, monitorsOf, type CommandWorld, type Done, type Target } from '../world.ts';

/** `freeze`: nothing is learned until a time, epoch ms, or until `resume` where that is null. */
export function freeze(world: CommandWorld, target: Target | null, at: number, until: number | null): Done {
  const monitors = monitorsOf(world, target);
  const fresh = monitors.filter(({ status }) => !status.frozen);
  for (const { stream } of fresh) act(world, { do: 'freeze', stream }, at);
  const ends = endsToSet(world, monitors, until);
  const changed = monitors.filter(
    (monitor) => fresh.includes(monitor) || ends.before.some(({ stream }) => stream === monitor.stream),
  );
  if (changed.length === 0) return nothing('Nothing to do: learning is stopped already.', target);
  const end = until === null ? 'resume' : new Date(until).toISOString();
  return {
    text: `Learning is stopped for ${nameOf(target)} until ${end}; scores and alarms go on.`,
    undo: { actions: fresh.map(({ stream }) => ({ do: 'resume', stream })), freezes: ends.before },
    series: target?.slug ?? null,
    monitors: changed,
    tasks: ends.tasks,
  };
}

/** `resume`: learning goes on. */
export function resume(world: CommandWorld, target: Target | null, at: number): Done {
  const monitors = monitorsOf(world, target);
  const changed = monitors.filter(({ status }) => status.frozen);
  if (changed.length === 0) return nothing('Nothing to do: learning is not stopped.', target);
  for (const { stream } of changed) act(world, { do: 'resume', stream }, at);
  const ends = endsToSet(world, changed, null);
  return {
    text: `Learning goes on for ${nameOf(target)}.`,
    undo: { actions: changed.map(({ stream }) => ({ do: 'freeze', stream })), freezes: ends.before },
    series: target?.slug ?? null,
    monitors: changed,
    tasks: ends.tasks,
  };
}

/** The answer where the command has changed nothing. */
const nothing = (text: string, target: Target | null): Done => ({
  text,
  undo: null,
  series: target?.slug ?? null,
  monitors: [],
  tasks: [],
});

/** The streams in an answer. Without their number: each partition of a cluster has others, and all give one answer. */
const nameOf = (target: Target | null): string => (target === null ? 'all streams' : target.monitor.stream);

/** Sets when the freeze of a stream ends. Returns the task that stores it. */
export function setFreeze({ freezes, log }: CommandWorld, end: Freeze): () => void {
  freezes.set(end);
  return () => {
    log.setFreeze(end);
  };
}

/**
 * Ends the freezes whose time is over at `at`, epoch ms; returns their streams. The end of a stream that is not running stays stored:
 * the stream may be back at the next start.
 */
export function endFreezes(
  world: Pick<CommandWorld, 'freezes' | 'streams' | 'ledger' | 'log'>,
  at: number,
): readonly Stream[] {
  const { freezes, streams, ledger, log } = world;
  return freezes.expired(at).flatMap((stream) => {
    const monitor = streams.monitors.find((each) => each.stream === stream);
    if (monitor === undefined) return [];
    act(world, { do: 'resume', stream }, at);
    ledger.write(() => {
      log.setFreeze({ stream, until: null });
    });
    return [monitor];
  });
}

/** Sets the end of the freeze of these streams. Returns the earlier ends where they differ, and the tasks that store the new ones. */
function endsToSet(
  world: CommandWorld,
  monitors: readonly { readonly stream: string }[],
  until: number | null,
): { readonly before: readonly Freeze[]; readonly tasks: readonly (() => void)[] } {
  const before = monitors
    .map(({ stream }): Freeze => ({ stream, until: world.freezes.until(stream) }))
    .filter((end) => end.until !== until);
  return { before, tasks: before.map(({ stream }) => setFreeze(world, { stream, until })) };
}

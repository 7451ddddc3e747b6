import { SITE } from '../mutes.ts';
import { monitorsOf, type CommandWorld, type Done, type Target } from '../world.ts';

/** `mute` until a time, epoch ms; `unmute` where it is null. */
export function mute(world: CommandWorld, target: Target | null, at: number, until: number | null): Done {
  const scope = target?.slug ?? SITE;
  const before = world.mutes.until(scope);
  const store = setMute(world, scope, until);
  const about = target === null ? 'the site' : target.slug;
  const text =
    until !== null
      ? `No alert about ${about} is published until ${new Date(until).toISOString()}; alarms are still stored.`
      : before === null
        ? `Alerts about ${about} were not muted.`
        : `Alerts about ${about} are published again.`;
  if (until === null) world.releaseAlerts(at);
  return {
    text,
    undo: { mute: { scope, until: before } },
    series: target?.slug ?? null,
    monitors: monitorsOf(world, target),
    tasks: [store],
  };
}

/** Begins a mute, or ends it where `until` is null. Returns the task that stores it. */
export function setMute({ mutes, log }: CommandWorld, scope: string, until: number | null): () => void {
  if (until === null) mutes.remove(scope);
  else mutes.set({ scope, until });
  return () => {
    if (until === null) log.removeMute(scope);
    else log.setMute({ scope, until });
  };
}

import { endFreezes } from '../commands/actions/freeze.ts';
import { isDue } from './due.ts';
import type { PipelineParts } from './parts.ts';
import type { Threads } from './threads.ts';

/** Interval of the periodic work (silence checks, states, snapshots, load), measured by arrival times. */
export const HEARTBEAT_MS = 5_000;

/** Advances the time of a pipeline, and runs everything that has become due. */
export class Heartbeat {
  private lastAt: number;
  private readonly parts: PipelineParts;
  private readonly threads: Threads | undefined;

  /** `lastAt`: when an earlier pipeline last did the periodic work. `threads`: where the streams are, if not in this thread. */
  constructor(parts: PipelineParts, lastAt = -Infinity, threads?: Threads) {
    this.parts = parts;
    this.lastAt = lastAt;
    this.threads = threads;
  }

  /** When the periodic work was last done; -Infinity: not yet. */
  get beatAt(): number {
    return this.lastAt;
  }

  /** Sets the current time. Every HEARTBEAT_MS it also does the periodic work. */
  beat(at: number): void {
    const { time, maintenance, freezes, overload, ports, streams, networkEvents, streamLog, states } = this.parts;
    const before = time.now;
    time.now = at;
    if (maintenance.isDue(at)) this.updateMaintenance(at);
    if (freezes.isDue(at)) this.updateFreezes(at);
    if (!isDue(at, this.lastAt, HEARTBEAT_MS)) return;
    this.lastAt = at;
    if (overload.clockJumped(at)) this.markDowntime(at, at - before);
    ports.ledger.recordTick(at);
    if (this.threads !== undefined) this.beatThreads(this.threads, at);
    else
      for (const monitor of streams.monitors) {
        monitor.tick(at);
        networkEvents.check(monitor);
        streamLog.check(monitor.status);
        if (monitor.status.samples > 0) states.publish(monitor.status, at);
      }
    const { alertPublisher, incidents, checkpoints, tallies } = this.parts;
    alertPublisher.endMutes(at);
    maintenance.refresh(at);
    for (const event of incidents.tick(at)) alertPublisher.incident(event, at);
    checkpoints.heartbeat(at);
    overload.check();
    tallies.ticks++;
  }

  /** The threads do the same with their streams, except for mutes, freezes and maintenance that have begun or ended. */
  private beatThreads(threads: Threads, at: number): void {
    const { streams, states } = this.parts;
    threads.beat(streams.monitors, at);
    for (const { status } of streams.monitors) if (states.isHeldAnew(status, at)) states.publish(status, at);
  }

  /** No message could arrive in the `awayMs` before `at`. */
  markDowntime(at: number, awayMs = at - this.parts.time.now): void {
    const { time, ports, streams } = this.parts;
    time.now = at;
    ports.ledger.recordDowntime(at, awayMs);
    streams.markDowntime(at, awayMs, ports.ledger.seq);
  }

  /** The streams enter or leave maintenance. After maintenance the alerts that it held back are due. */
  private updateMaintenance(at: number): void {
    const { maintenance, states, alertPublisher } = this.parts;
    const { changed, over } = maintenance.update(at);
    for (const { status } of changed) if (status.samples > 0) states.publish(status, at);
    if (over) alertPublisher.release(at);
  }

  /** Learning goes on where the time of a freeze is over. */
  private updateFreezes(at: number): void {
    const { ports, freezes, streams, states, log } = this.parts;
    if (ports.commands === undefined) return;
    for (const { stream, status } of endFreezes(
      { freezes, streams, ledger: ports.ledger, log: ports.commands.log },
      at,
    )) {
      log('info', { stream }, 'a freeze has ended: learning goes on');
      if (status.samples > 0) states.publish(status, at);
    }
  }
}

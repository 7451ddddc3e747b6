import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { CommandLogPort, HeldBack, Mute } from '../../stream/ports/ports.ts';

/** The scope of a mute of the whole site. */
export const SITE = '';

/** Whether a series of a stream is in maintenance at a time. */
type InMaintenance = (stream: string, series: string, at: number) => boolean;

/**
 * Which alerts are held back, because of a mute or of maintenance. An opening is held back, and each update. An end is held back only if
 * its opening was. When the mute or the maintenance ends, each episode that is still open is published. All of it is stored, so that a
 * restart changes nothing.
 */
export class Mutes {
  private readonly mutes: Map<string, number>;
  private readonly held: Map<string, HeldBack>;
  private readonly inMaintenance: InMaintenance;

  constructor(log: CommandLogPort | undefined, inMaintenance: InMaintenance = () => false) {
    this.inMaintenance = inMaintenance;
    this.mutes = new Map(log?.mutes().map(({ scope, until }) => [scope, until]));
    this.held = new Map(log?.heldBack().map(({ id, what }) => [id, what]));
  }

  /** Until when a scope is muted, epoch ms; null if it is not. */
  until(scope: string): number | null {
    return this.mutes.get(scope) ?? null;
  }

  set({ scope, until }: Mute): void {
    this.mutes.set(scope, until);
  }

  remove(scope: string): void {
    this.mutes.delete(scope);
  }

  /** Whether alerts about a series of a stream are held back at `at`: muted, or in maintenance. */
  covers(stream: string, series: string, at: number): boolean {
    return this.isMuted(stream, series, at) || this.inMaintenance(stream, series, at);
  }

  /** Whether the operator has muted them. */
  isMuted(stream: string, series: string, at: number): boolean {
    if (this.mutes.size === 0) return false;
    return [SITE, stream, series].some((scope) => at < (this.mutes.get(scope) ?? -Infinity));
  }

  /**
   * Whether the alert of an event at `at` is held back: null if not, 'opened' where that of the opening was or is, else 'updated'.
   * `store` is called with the alerts of the episode that are held back from now on, where that changes.
   */
  holdsBack({ phase, anomaly }: AnomalyEvent, at: number, store: (what: HeldBack | null) => void): HeldBack | null {
    const { id, stream, series } = anomaly;
    const before = this.held.get(id) ?? null;
    if (phase === 'closed') {
      if (before === null) return null;
      this.held.delete(id);
      store(null);
      return before === 'opened' ? before : null;
    }
    if (before === 'opened') return before;
    if (!this.covers(stream, series, at)) return null;
    if (phase === before) return before;
    this.held.set(id, phase);
    store(phase);
    return phase;
  }

  /** Scopes whose mute has ended at `at`; they are removed. */
  expired(at: number): readonly string[] {
    const ended = [...this.mutes].filter(([, until]) => at >= until).map(([scope]) => scope);
    for (const scope of ended) this.mutes.delete(scope);
    return ended;
  }

  /** The episodes with alerts that were held back. */
  get waiting(): ReadonlyMap<string, HeldBack> {
    return this.held;
  }

  /** The alert of an episode is published after all. */
  release(id: string): void {
    this.held.delete(id);
  }
}

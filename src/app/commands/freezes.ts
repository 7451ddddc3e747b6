import type { CommandLogPort, Freeze } from '../../stream/ports/ports.ts';

/**
 * When the freezes with a duration end. All of it is stored, so that a restart changes nothing. The end is the action `resume` in the
 * journal, between two readings: a replay repeats it there and needs no ends.
 */
export class Freezes {
  private readonly ends: Map<string, number>;
  private next = Infinity;

  constructor(log: CommandLogPort | undefined) {
    this.ends = new Map(log?.freezes().map(({ stream, until }) => [stream, until!]));
    this.plan();
  }

  /** Until when a stream learns nothing, epoch ms; null where it is not frozen for a time. */
  until(stream: string): number | null {
    return this.ends.get(stream) ?? null;
  }

  /** `until` null: the freeze has no end, or there is none. */
  set({ stream, until }: Freeze): void {
    if (until === null) this.ends.delete(stream);
    else this.ends.set(stream, until);
    this.plan();
  }

  /** Whether a freeze ends at `at`, epoch ms. Called for each message. */
  isDue(at: number): boolean {
    return at >= this.next;
  }

  /** The streams whose freeze ends at `at`; their ends are removed. */
  expired(at: number): readonly string[] {
    const ended = [...this.ends].filter(([, until]) => at >= until).map(([stream]) => stream);
    for (const stream of ended) this.ends.delete(stream);
    this.plan();
    return ended;
  }

  private plan(): void {
    this.next = Math.min(...this.ends.values());
  }
}

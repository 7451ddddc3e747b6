import type { PartitionEntry } from '../../io/nats/partition-source.ts';

/** The way of a partition from its claim to the newest message. Times in ms since it was made, at the claim. */
export class CatchUp {
  /** Messages that it has processed since. */
  entries = 0;
  /** Until it has processed all that is stored. */
  isBehind = true;
  /** Messages that are stored and not processed yet. */
  pending = 0;
  /** Resolves with the first message, or when none waits. */
  readonly begun: Promise<void>;
  readonly #startedAt = performance.now();
  /** When the server stored the last message that was processed, epoch ms; NaN before the first. */
  #at = NaN;
  #begin!: () => void;

  constructor() {
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  get ms(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /** Age of the last processed message, ms; 0 where none waits behind it. `now`: epoch ms. */
  lagMs(now: number): number {
    return this.pending === 0 || Number.isNaN(this.#at) ? 0 : Math.max(0, now - this.#at);
  }

  /** The source is open, and so many messages wait. */
  open(pending: number): void {
    if (this.entries > 0) return;
    this.pending = pending;
    if (pending === 0) this.end();
  }

  /** Counts a processed message. True: with this one it is up to date for the first time. */
  take({ at, pending }: Pick<PartitionEntry, 'at' | 'pending'>): boolean {
    this.entries++;
    this.pending = pending;
    this.#at = at;
    const isUpToDate = this.isBehind && pending === 0;
    if (isUpToDate) this.isBehind = false;
    this.#begin();
    return isUpToDate;
  }

  /** It has nothing to process, or is given up. */
  end(): void {
    this.#begin();
  }
}

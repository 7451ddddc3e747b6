export interface PendingWrite {
  readonly task: () => void;
  afterwards: (() => void) | undefined;
  readonly urgent: boolean;
}

/** Limit while the database fails. */
const MOST_IN_FAILURE = 10_000;
/** Limit while it works, of one turn: all sensors of the largest site fall silent at once, four writes each. */
const MOST_OF_TURN = 400_000;
export const mostOf = (isFailing: boolean): number => (isFailing ? MOST_IN_FAILURE : MOST_OF_TURN);
/** More are not left to the interval of transactions, but written at the end of the turn. */
const MANY = 1_000;

/** Writes that wait for their transaction, in order. */
export class PendingWrites {
  readonly #all: PendingWrite[] = [];

  get size(): number {
    return this.#all.length;
  }

  get many(): boolean {
    return this.#all.length > MANY;
  }

  [Symbol.iterator](): IterableIterator<PendingWrite> {
    return this.#all.values();
  }

  /** Adds a write; returns the writes that were dropped for it. */
  add(write: PendingWrite, isFailing: boolean): readonly PendingWrite[] {
    const dropped = this.#shrink(mostOf(isFailing) - 1);
    this.#all.push(write);
    return dropped;
  }

  takeAll(): readonly PendingWrite[] {
    return this.#all.splice(0);
  }

  /** The database fails: returns the writes that were dropped because more waited than may. */
  fail(): readonly PendingWrite[] {
    return this.#shrink(mostOf(true));
  }

  /** Drops the oldest beyond this number: first those without an `afterwards`, then the oldest of all. */
  #shrink(most: number): readonly PendingWrite[] {
    const excess = this.#all.length - most;
    if (excess <= 0) return [];
    let unawaited = 0;
    for (const { afterwards } of this.#all) if (afterwards === undefined) unawaited++;
    let few = Math.min(excess, unawaited);
    let others = excess - few;
    const dropped: PendingWrite[] = [];
    let kept = 0;
    for (const write of this.#all) {
      const goes = write.afterwards === undefined ? few-- > 0 : others-- > 0;
      if (goes) dropped.push(write);
      else this.#all[kept++] = write;
    }
    this.#all.length = kept;
    return dropped;
  }
}

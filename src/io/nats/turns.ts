/**
 * Turns of the event loop for the heavy work of a worker: one piece in each. Without it every partition that is behind would take its slice
 * in the same turn, and a worker with 16 of them would answer the server, and renew its lease, only after 16 slices.
 */
export class Turns {
  readonly #urgent: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** Resolves in a turn of its own, in the order of the calls; `urgent`: before all that is not. */
  next(urgent = false): Promise<void> {
    return new Promise((resolve) => {
      (urgent ? this.#urgent : this.#waiting).push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#urgent.length + this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      (this.#urgent.shift() ?? this.#waiting.shift())?.();
      this.#schedule();
    });
  }
}

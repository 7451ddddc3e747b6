import type { LedgerPort } from '../../stream/ports/ports.ts';

/**
 * Rows that wait for the next transaction, the newest of each key, as one write: a thousand new series in a second are not a thousand
 * writes. The caller limits the number of keys.
 */
export class GatheredRows<Value> {
  readonly #ledger: Pick<LedgerPort, 'write'>;
  readonly #store: (key: string, value: Value) => void;
  readonly #waiting = new Map<string, Value>();

  /** `store` is called within a transaction, again where that has failed. */
  constructor(ledger: Pick<LedgerPort, 'write'>, store: (key: string, value: Value) => void) {
    this.#ledger = ledger;
    this.#store = store;
  }

  set(key: string, value: Value): void {
    const isFirst = this.#waiting.size === 0;
    this.#waiting.set(key, value);
    if (!isFirst) return;
    this.#ledger.write(
      () => {
        for (const [waiting, newest] of this.#waiting) this.#store(waiting, newest);
      },
      () => {
        this.#waiting.clear();
      },
    );
  }
}

/** Messages that mosquitto, VerneMQ and others send ahead of acknowledgements by default. */
const DEFAULT_LIMIT = 20;
/** The `receiveMaximum` of the client: the largest window that a broker may use. */
const MAX_LIMIT = 256;
const MIN_PATIENCE_MS = 50;
const MAX_PATIENCE_MS = 60_000;
/** A message within this time after an acknowledgement is one that the broker had held back. */
const REPLY_MS = 25;
/** Messages within `REPLY_MS` that show that the broker was waiting. */
const MIN_REPLIES = 2;
/** Equal results in a row that confirm a limit. */
const CONFIRMATIONS = 2;
/** After a full window the broker sends the remaining messages without a pause as long as this. */
const PAUSE_MS = 100;
/** Transactions for which a confirmed limit is trusted before it is measured again. */
const TRUSTED_COMMITS = 100;

/**
 * Measures how many messages the broker sends ahead of acknowledgements. A broker does not report this number, and
 * waiting for one message more stalls it: with mosquitto's default of 20 and a commit every 100 ms the rate was 196
 * messages/s. Committing after a few messages would wear out an SD card.
 *
 * So when the number of unacknowledged messages reaches the largest number seen, the ledger waits briefly for another
 * message. If none comes, and several messages follow the acknowledgements at once, twice in a row, then that number is
 * the limit. Otherwise the wait becomes longer.
 */
export class AckWindow {
  #limit = DEFAULT_LIMIT;
  #trusted = 0;
  #windowFull = false; // the last commit acknowledged a full window
  #patienceMs = MIN_PATIENCE_MS;
  // The last commit: messages acknowledged after a wait without a message (else 0), its time, and the messages that
  // followed.
  #unackedAfterWait = 0;
  #ackedAt = -Infinity;
  #replies = 0;
  // Stalls in a row that ended with the acknowledgement, and the number of messages at which they occurred.
  #stalls = 0;
  #stalledAt = 0;

  /** Call for a new connection: the broker may be another one. */
  reset(): void {
    this.#limit = DEFAULT_LIMIT;
    this.#trusted = 0;
    this.#patienceMs = MIN_PATIENCE_MS;
    this.#unackedAfterWait = this.#stalls = 0;
  }

  /** A message arrived, and `unacked` messages wait. `now`: monotonic ms. */
  observe(unacked: number, now: number): void {
    if (this.#unackedAfterWait > 0 && now - this.#ackedAt <= REPLY_MS) this.#replies++;
    if (unacked <= this.#limit) return;
    this.#limit = Math.min(unacked, MAX_LIMIT);
    this.#trusted = 0;
  }

  /** How long to wait for another message, ms: Infinity while the broker can still send, 0 when it cannot. */
  patienceMs(unacked: number): number {
    if (unacked < this.#limit) return this.#windowFull ? PAUSE_MS : Infinity;
    return this.#trusted > 0 || unacked >= MAX_LIMIT ? 0 : this.#patienceMs;
  }

  /** `unacked` messages were acknowledged at `now`; `waited`: after a wait without a message. */
  acked(unacked: number, waited: boolean, now: number): void {
    if (this.#unackedAfterWait > 0) this.#evaluateWait();
    if (this.#trusted > 0) this.#trusted--;
    this.#windowFull = !waited && unacked >= this.#limit;
    this.#unackedAfterWait = waited ? unacked : 0;
    this.#ackedAt = now;
    this.#replies = 0;
  }

  /** Decides whether the last wait was a stall of the broker or a pause of the sensors. */
  #evaluateWait(): void {
    if (this.#replies < MIN_REPLIES) {
      this.#stalls = 0;
      if (this.#unackedAfterWait >= this.#limit) this.#patienceMs = Math.min(MAX_PATIENCE_MS, 2 * this.#patienceMs);
      return;
    }
    this.#stalls = this.#unackedAfterWait === this.#stalledAt ? this.#stalls + 1 : 1;
    this.#stalledAt = this.#unackedAfterWait;
    if (this.#stalls < CONFIRMATIONS) return;
    this.#limit = this.#unackedAfterWait;
    this.#trusted = TRUSTED_COMMITS;
    this.#patienceMs = MIN_PATIENCE_MS;
    this.#stalls = 0;
  }
}

/** What mosquitto, VerneMQ and others send ahead of acknowledgements if nobody tells them otherwise. */
const DEFAULT_LIMIT = 20;
/** What we ask for. */
const MAX_LIMIT = 256;
const MIN_PATIENCE_MS = 50;
const MAX_PATIENCE_MS = 60_000;
/** What a broker had held back is here so soon after the acknowledgement, ... */
const REPLY_MS = 25;
/** ... at least so many messages at once. */
const MIN_REPLIES = 2;
/** Seen so often in a row, it is no coincidence. */
const CONFIRMATIONS = 2;
/** After a full window the rest of what was held back comes without such a pause. */
const PAUSE_MS = 100;
/** So many transactions later it is looked at once more. */
const TRUSTED_COMMITS = 100;

/**
 * How many messages does the broker send ahead of our acknowledgements? It does not say, and waiting for one more than that
 * stalls it: 20 each 100 ms were 196 messages a second (mosquitto's default). To write after every few would wear the
 * card. So when as many are unacknowledged as were ever seen, the ledger waits for a moment whether another one comes. If none
 * does, and the acknowledgements are answered at once by several, twice in a row, then that is the number. Else the moment
 * is made longer.
 */
export class AckWindow {
  #limit = DEFAULT_LIMIT;
  #trusted = 0;
  #windowFull = false; // the last acknowledgements were of a window known to be full
  #patienceMs = MIN_PATIENCE_MS;
  // Of the last acknowledgements: how many after a wait in vain, and when; how many messages answered.
  #unackedAfterWait = 0;
  #ackedAt = -Infinity;
  #replies = 0;
  // Waits that were answered, in a row, and by how many they stood.
  #stalls = 0;
  #stalledAt = 0;

  /** A connection to a broker that may be another one. */
  reset(): void {
    this.#limit = DEFAULT_LIMIT;
    this.#trusted = 0;
    this.#patienceMs = MIN_PATIENCE_MS;
    this.#unackedAfterWait = this.#stalls = 0;
  }

  /** A message has come; with it so many are unacknowledged. `now`: ms of a clock that is not set. */
  observe(unacked: number, now: number): void {
    if (this.#unackedAfterWait > 0 && now - this.#ackedAt <= REPLY_MS) this.#replies++;
    if (unacked <= this.#limit) return;
    this.#limit = Math.min(unacked, MAX_LIMIT);
    this.#trusted = 0;
  }

  /** How long to wait for more, ms: Infinity while it makes no difference, 0 when none can come. */
  patienceMs(unacked: number): number {
    if (unacked < this.#limit) return this.#windowFull ? PAUSE_MS : Infinity;
    return this.#trusted > 0 || unacked >= MAX_LIMIT ? 0 : this.#patienceMs;
  }

  /** So many were acknowledged at `now`; `waited`: after nothing had come for a while. */
  acked(unacked: number, waited: boolean, now: number): void {
    if (this.#unackedAfterWait > 0) this.#evaluateWait();
    if (this.#trusted > 0) this.#trusted--;
    this.#windowFull = !waited && unacked >= this.#limit;
    this.#unackedAfterWait = waited ? unacked : 0;
    this.#ackedAt = now;
    this.#replies = 0;
  }

  /** What the last wait in vain was. */
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

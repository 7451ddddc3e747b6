/** What mosquitto, VerneMQ and others send ahead of acknowledgements if nobody tells them otherwise. */
const USUAL = 20;
/** What we ask for. */
const MOST = 256;
const FIRST_PATIENCE_MS = 50;
const LAST_PATIENCE_MS = 60_000;
/** What a broker had held back is here so soon after the acknowledgement, ... */
const ANSWER_MS = 25;
/** ... at least so many messages at once. */
const ANSWER = 2;
/** Seen so often in a row, it is no coincidence. */
const SURE = 2;
/** After a full window the rest of what was held back comes without such a pause. */
const PAUSE_MS = 100;
/** So many transactions later it is looked at once more. */
const BELIEVED = 100;

/**
 * How many messages does the broker send ahead of our acknowledgements? It does not say, and waiting for one more than that
 * stalls it: 20 each 100 ms were 196 messages a second (mosquitto's default). To write after every few would wear the
 * card. So when as many are unacknowledged as were ever seen, the ledger waits for a moment whether another one comes. If none
 * does, and the acknowledgements are answered at once by several, twice in a row, then that is the number. Else the moment
 * is made longer.
 */
export class AckWindow {
  #limit = USUAL;
  #believed = 0;
  #full = false; // the last acknowledgements were of a window known to be full
  #patienceMs = FIRST_PATIENCE_MS;
  // Of the last acknowledgements: how many after a wait in vain, and when; how many messages answered.
  #waited = 0;
  #ackedAt = -Infinity;
  #answers = 0;
  // Waits that were answered, in a row, and by how many they stood.
  #stalls = 0;
  #stalledAt = 0;

  /** A connection to a broker that may be another one. */
  reset(): void {
    this.#limit = USUAL;
    this.#believed = 0;
    this.#patienceMs = FIRST_PATIENCE_MS;
    this.#waited = this.#stalls = 0;
  }

  /** A message has come; with it so many are unacknowledged. `now`: ms of a clock that is not set. */
  hear(unacked: number, now: number): void {
    if (this.#waited > 0 && now - this.#ackedAt <= ANSWER_MS) this.#answers++;
    if (unacked <= this.#limit) return;
    this.#limit = Math.min(unacked, MOST);
    this.#believed = 0;
  }

  /** How long to wait for more, ms: Infinity while it makes no difference, 0 when none can come. */
  patienceMs(unacked: number): number {
    if (unacked < this.#limit) return this.#full ? PAUSE_MS : Infinity;
    return this.#believed > 0 || unacked >= MOST ? 0 : this.#patienceMs;
  }

  /** So many were acknowledged at `now`; `waited`: after nothing had come for a while. */
  acked(unacked: number, waited: boolean, now: number): void {
    if (this.#waited > 0) this.#judge();
    if (this.#believed > 0) this.#believed--;
    this.#full = !waited && unacked >= this.#limit;
    this.#waited = waited ? unacked : 0;
    this.#ackedAt = now;
    this.#answers = 0;
  }

  /** What the last wait in vain was. */
  #judge(): void {
    if (this.#answers < ANSWER) {
      this.#stalls = 0;
      if (this.#waited >= this.#limit) this.#patienceMs = Math.min(LAST_PATIENCE_MS, 2 * this.#patienceMs);
      return;
    }
    this.#stalls = this.#waited === this.#stalledAt ? this.#stalls + 1 : 1;
    this.#stalledAt = this.#waited;
    if (this.#stalls < SURE) return;
    this.#limit = this.#waited;
    this.#believed = BELIEVED;
    this.#patienceMs = FIRST_PATIENCE_MS;
    this.#stalls = 0;
  }
}

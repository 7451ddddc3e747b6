import type { Memory } from '../../math/memory.ts';
import type { Reading } from '../reading.ts';

export type OrderReason = 'duplicate' | 'late';

/** Late readings in a row, ... */
const PATIENCE = 5;
/** ... and time without another, after which it is the clock that is late. */
const PATIENCE_MS = 60_000;
/** How much faster than ours a clock may seem to run; the times of a backlog run a hundred times as fast. */
const MAX_CLOCK_RATE = 2;

// Slots.
const AT = 0; // time at which the last reading counts
const RECEIVED_AT = 1; // when it arrived
const VALUE = 2;
const REFUSED = 3; // readings refused in a row
const REFUSED_AT = 4; // the time of the last of them
const REFUSED_RECEIVED_AT = 5; // and when it arrived
const DISTRUSTED = 6; // 1 while the clock is found to be wrong
const SLOTS = 7;

/**
 * Each series goes forward in time. Nothing is held back to be put in order: MQTT keeps the order of a topic, and to wait
 * for the late would make every alarm late.
 */
export class ReadingOrder {
  private readonly s: Float64Array;

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('order', SLOTS);
    this.s.fill(NaN);
    this.s[AT] = this.s[RECEIVED_AT] = -Infinity;
    this.s[REFUSED] = this.s[DISTRUSTED] = 0;
  }

  /**
   * The reading with the time at which it counts, which is after all earlier ones. A reading timed by its
   * arrival counts 1 ms after its predecessor when our clock has stepped back or has not moved; one that carries its own
   * time is refused then, as its sender did mean that time.
   *
   * Unless it cannot have meant it: when five late readings in a row, over a minute or more, come no faster than
   * their own times run, they are no backlog, but the clock was set back or stands still. From then on readings are
   * timed by their arrival, until the clock is ahead of the last one again.
   */
  order(reading: Reading): Reading | OrderReason {
    const { s } = this;
    if (reading.at > s[AT]) {
      if (reading.saidAt === undefined) s[DISTRUSTED] = 0;
      return this.accept(reading);
    }
    if (reading.at === reading.receivedAt) return this.accept({ ...reading, at: s[AT] + 1 });
    if (this.distrust(reading)) {
      const at = Math.max(s[AT] + 1, reading.receivedAt);
      return this.accept({ ...reading, at, saidAt: reading.at });
    }
    return reading.at === s[AT] ? 'duplicate' : 'late';
  }

  private accept(reading: Reading): Reading {
    const { s } = this;
    s[AT] = reading.at;
    s[RECEIVED_AT] = reading.receivedAt;
    s[VALUE] = reading.value;
    s[REFUSED] = 0;
    return reading;
  }

  /** Takes note of a reading that is not after the last one. Whether it must be new all the same. */
  private distrust({ at, value, receivedAt }: Reading): boolean {
    const { s } = this;
    // The same value of the same time is the same reading, told again by a sender that repeats itself.
    if (at === s[AT] && value === s[VALUE]) return false;
    const live = at - s[REFUSED_AT] <= MAX_CLOCK_RATE * (receivedAt - s[REFUSED_RECEIVED_AT]);
    s[REFUSED] = live ? s[REFUSED] + 1 : 1;
    s[REFUSED_AT] = at;
    s[REFUSED_RECEIVED_AT] = receivedAt;
    if (s[REFUSED] > PATIENCE && receivedAt - s[RECEIVED_AT] > PATIENCE_MS) s[DISTRUSTED] = 1;
    return s[DISTRUSTED] === 1 && live;
  }
}

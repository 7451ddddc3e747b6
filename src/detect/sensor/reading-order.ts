import type { Memory } from '../../math/memory.ts';
import type { Reading } from '../reading.ts';

export type OrderReason = 'duplicate' | 'late';

/** Late readings in a row, ... */
const PATIENCE = 5;
/** ... and time without an accepted reading, after which the device's clock counts as wrong. */
const PATIENCE_MS = 60_000;
/** Largest rate of the device's clock relative to the host's; in a backlog the times advance a hundred times as fast. */
const MAX_CLOCK_RATE = 2;

/** A coarse resolution of the times in payloads. */
const SECOND_MS = 1000;

// Slots.
const AT = 0; // time at which the last reading counts
const RECEIVED_AT = 1; // when it arrived
const VALUE = 2;
const REJECTED = 3; // readings rejected in a row
const REJECTED_AT = 4; // the time of the last of them
const REJECTED_RECEIVED_AT = 5; // and when it arrived
const DISTRUSTED = 6; // 1 while the clock counts as wrong
const SLOTS = 7;

/**
 * Makes the times of a series increase. No reading is buffered for sorting: MQTT keeps the order within a topic, and waiting for
 * late readings would delay every alarm.
 */
export class ReadingOrder {
  private readonly s: Float64Array;

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('order', SLOTS);
    this.s.fill(NaN);
    this.s[AT] = this.s[RECEIVED_AT] = -Infinity;
    this.s[REJECTED] = this.s[DISTRUSTED] = 0;
  }

  /**
   * Returns the reading with the time at which it counts, which is after all earlier ones, or the reason to reject it. If the time
   * is not after the last one, a reading timed by its arrival counts 1 ms after the last one, because the host's clock was set
   * back or has not advanced; a reading with a time of its own is rejected.
   *
   * Exception: a device whose times are whole seconds, as those of Tasmota, may send several readings in one second. A reading with the
   * second of the last one and another value is a new one, if it arrives after it and within a second. It counts 1 ms after it. A repeated
   * message has the same value or comes later, and is a `duplicate`.
   *
   * Exception: more than five late readings in a row, for more than a minute, that arrive no faster than their own times advance
   * are no backlog. The device's clock was set back or has stopped. From then on readings are timed by their arrival, until the
   * clock is ahead of the last reading again.
   */
  order(reading: Reading): Reading | OrderReason {
    const { s } = this;
    if (reading.at > s[AT]) {
      if (reading.saidAt === undefined) s[DISTRUSTED] = 0;
      return this.accept(reading);
    }
    if (reading.at === reading.receivedAt) return this.accept({ ...reading, at: s[AT] + 1 });
    if (this.isInSameSecond(reading)) return this.accept({ ...reading, at: s[AT] + 1 });
    if (this.distrust(reading)) {
      const at = Math.max(s[AT] + 1, reading.receivedAt);
      return this.accept({ ...reading, at, saidAt: reading.at });
    }
    return reading.at === s[AT] ? 'duplicate' : 'late';
  }

  private isInSameSecond({ at, value, receivedAt }: Reading): boolean {
    const { s } = this;
    const sinceMs = receivedAt - s[RECEIVED_AT];
    return at % SECOND_MS === 0 && s[AT] - at < SECOND_MS && value !== s[VALUE] && sinceMs > 0 && sinceMs < SECOND_MS;
  }

  private accept(reading: Reading): Reading {
    const { s } = this;
    s[AT] = reading.at;
    s[RECEIVED_AT] = reading.receivedAt;
    s[VALUE] = reading.value;
    s[REJECTED] = 0;
    return reading;
  }

  /** Counts a reading that is not after the last one. Returns whether its clock is wrong, so that it is a new reading. */
  private distrust({ at, value, receivedAt }: Reading): boolean {
    const { s } = this;
    // The same value with the same time is the same reading, sent again.
    if (at === s[AT] && value === s[VALUE]) return false;
    const live = at - s[REJECTED_AT] <= MAX_CLOCK_RATE * (receivedAt - s[REJECTED_RECEIVED_AT]);
    s[REJECTED] = live ? s[REJECTED] + 1 : 1;
    s[REJECTED_AT] = at;
    s[REJECTED_RECEIVED_AT] = receivedAt;
    if (s[REJECTED] > PATIENCE && receivedAt - s[RECEIVED_AT] > PATIENCE_MS) s[DISTRUSTED] = 1;
    return s[DISTRUSTED] === 1 && live;
  }
}

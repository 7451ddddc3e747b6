/** How many values of a field are needed before their course is judged. */
const ENOUGH = 10;
/** Share of the steps of a counter that go up. */
const RISING = 0.8;
/** A clock runs this much faster or slower than ours at most, seen over some seconds. */
const CLOCK_TOLERANCE = 0.2;

/** What the course of the values says: a constant, a count of messages, a clock, a meter that counts up, or nothing. */
export type Course = 'constant' | 'message count' | 'clock' | 'counter' | null;

/** One number of the messages on a topic: its values so far, in a few numbers. */
export class FieldSurvey {
  /** Values of live messages. */
  count = 0;
  min = Infinity;
  max = -Infinity;
  last = NaN;
  /** All values are words: on and off, true and false. */
  binary = true;
  private lastAt = NaN;
  private firstAt = NaN;
  private first = NaN;
  private rises = 0;
  private falls = 0;
  private ones = 0; // rises by exactly 1

  /** Adds a value. `at`: time of arrival, epoch ms; of a retained copy only the value counts. */
  observe(value: number, at: number, binary: boolean, retained: boolean): void {
    this.binary &&= binary;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    if (retained) {
      if (this.count === 0) this.last = value;
      return;
    }
    if (this.count === 0) {
      this.first = value;
      this.firstAt = at;
    } else if (value > this.last) {
      this.rises++;
      if (value - this.last === 1) this.ones++;
    } else if (value < this.last) this.falls++;
    this.last = value;
    this.lastAt = at;
    this.count++;
  }

  /** A live value was below the one before. */
  get fell(): boolean {
    return this.falls > 0;
  }

  get course(): Course {
    const { count, rises, falls, ones } = this;
    if (count < ENOUGH) return null;
    if (rises === 0 && falls === 0) return 'constant';
    if (falls > 0 || this.binary || rises < RISING * (count - 1)) return null;
    if (ones === rises) return 'message count';
    const seconds = (this.lastAt - this.firstAt) / 1000;
    const rate = (this.last - this.first) / seconds;
    if ([1, 1000].some((perSecond) => Math.abs(rate / perSecond - 1) < CLOCK_TOLERANCE)) return 'clock';
    return 'counter';
  }
}

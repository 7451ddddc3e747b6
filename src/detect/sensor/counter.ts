import type { Memory } from '../../math/memory.ts';
import { TimeGap } from '../../math/time-gap.ts';
import type { RateUnit } from '../reading.ts';

const MS: Record<RateUnit, number> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const SHORT: Record<RateUnit, string> = { second: 's', minute: 'min', hour: 'h', day: 'd' };
/** A reading closer to the last one than this share of the usual gap gives no rate. */
const CLOSE = 0.25;

/** The unit of the rate: kWh per hour are kW, litres per minute l/min. */
export const rateUnit = (unit: string, per: RateUnit): string =>
  per === 'hour' && unit.endsWith('Wh') ? unit.slice(0, -1) : `${unit}/${SHORT[per]}`;

// Slots.
const COUNT = 0;
const VALUE = 1;
const AT = 2;
const FALLS = 3;
const SLOTS = 4;

/**
 * Rate of a meter that counts up:
 *
 *   rate = (value - last) / (at - last at)
 *
 * A counter that falls was reset, replaced, or has rolled over. The count in between is unknown, so this reading gives no rate;
 * the next one does. A reading shortly after another gives none either, because the rounding of the meter divided by a short time
 * is a large error; the next reading includes its rise.
 */
export class Counter {
  private readonly s: Float64Array;
  private readonly gap: TimeGap;
  private readonly perMs: number;
  /** Whether the last reading was below the one before, and that one. */
  fell = false;
  before = NaN;

  constructor(memory: Pick<Memory, 'take'>, per: RateUnit) {
    this.s = memory.take('counter', SLOTS);
    this.gap = new TimeGap(memory, 'counter.gap');
    this.perMs = MS[per];
  }

  /** Number of falls. */
  get falls(): number {
    return this.s[FALLS];
  }

  /** Adds the counter's value at a time, epoch ms. Returns the rate since the reading before, NaN where there is none. */
  rate(value: number, at: number): number {
    const { s, gap } = this;
    const count = s[COUNT];
    const last = s[VALUE];
    const passed = at - s[AT];
    this.before = last;
    this.fell = count > 0 && value < last;
    if (count > 0 && !this.fell && passed < CLOSE * gap.usualMs) return NaN;
    if (this.fell) s[FALLS]++;
    gap.update(at);
    s[COUNT]++;
    s[VALUE] = value;
    s[AT] = at;
    return count === 0 || this.fell || passed <= 0 ? NaN : (value - last) * (this.perMs / passed);
  }
}

import type { Pieces } from '../../../math/memory.ts';
import { DAY_MS, HOUR_MS } from '../../../math/time.ts';
import { TimeGap } from '../../../math/time-gap.ts';
import { CalibratedScore } from '../rarity/calibrated-score.ts';
import { HourlyLevels } from '../level/hourly-levels.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { RecurrenceGate } from '../recurrence-gate.ts';
import { CONSTANTS } from '../../constants.ts';

export const OCCUPANCY: Kind = {
  name: 'occupancy',
  weights: { collective: 0, point: 0, contextual: CONSTANTS.WEIGHT },
  directed: true,
  compares: 'detail',
  sentence: (name, { value, detail }, { quantity }) =>
    `${name} stays near ${quantity(value)}, a level that is rare in this hour of such a day; its mean is ${quantity(detail)}`,
};

const { RECENT_SPAN, SLOW_SPAN, LONG_MEMORY_MS, OCCUPANCY_DAYS, RARE, CALM_MS } = CONSTANTS;
/** Days on which an hour must have been seen until it is judged: each weekday. */
const JUDGED_AFTER = LONG_MEMORY_MS / DAY_MS;
/** Days on which it must have been seen until its surprisals are history. */
const KNOWN_AFTER = (2 / 3) * JUDGED_AFTER;
/** Days that the past counts as after the behaviour has changed: one less, as it fades. */
const RENEWED = KNOWN_AFTER * (1 - 1 / OCCUPANCY_DAYS);
/** With fewer independent days than two weeks, each weekday twice, a rarity counts in proportion to them. */
const SURE_DAYS = OCCUPANCY_DAYS / 2;
/** Hours for which a rare level is recent. */
const RECENT_HOURS = 24 * OCCUPANCY_DAYS;
/** Before their interval is known. */
const READINGS_AN_HOUR = HOUR_MS / CALM_MS;
/** Readings over which the surprisal is averaged. */
const SPANS = [RECENT_SPAN, SLOW_SPAN];

/**
 * Is this level rare in this hour of such a day, on an axis that also resolves the levels at rest (../level/hourly-levels.ts)?
 *
 * Where Saturdays, Sundays and holidays differ from other days, the levels of each are counted apart.
 *
 * Counts by hour assume that days repeat. Where the series wanders from day to day instead, as a river does, each level is new for
 * its hour, and its days are worth only a few independent ones (../level/day-variation.ts).
 */
export class Occupancy implements Evidence {
  readonly kind = OCCUPANCY;
  private readonly levels: HourlyLevels;
  private readonly scores: readonly CalibratedScore[];
  private readonly gate: RecurrenceGate;
  private readonly gap: TimeGap;
  private known = false;
  private excess = 0; // nats
  private rarity = 0;
  /** How much of the rarity measured last only the mean over 48 readings remembers. */
  remembered = 0;

  constructor(memory: Pieces) {
    this.levels = new HourlyLevels(memory);
    this.scores = SPANS.map((span) => new CalibratedScore(memory, `occupancy.${span}`, span));
    this.gate = new RecurrenceGate(memory, 'occupancy.gate', Infinity);
    this.gap = new TimeGap(memory, 'occupancy.gap');
  }

  measure(reading: SeriesReading): number {
    const { levels } = this;
    const rate = this.readingsAnHour;
    this.rarity = this.remembered = 0;
    const { value, day } = reading;
    this.known = levels.knows(day, KNOWN_AFTER, rate);
    if (!this.known) return NOT_APPLICABLE;
    this.excess = levels.excess(value, reading, rate);
    if (!levels.knows(day, JUDGED_AFTER, rate)) return NOT_APPLICABLE;
    const recent = this.rarityBy(this.scores[0]);
    const slow = this.rarityBy(this.scores[1]);
    const sure = Math.min(1, levels.independentDays(reading, rate) / SURE_DAYS);
    this.remembered = sure * Math.max(0, slow - recent);
    return (this.rarity = sure * Math.max(recent, slow));
  }

  /** Less surprisal than usual is not rare. */
  private rarityBy(score: CalibratedScore): number {
    return score.smoothed(this.excess) > 0 ? score.rarity(this.excess) : 0;
  }

  deviation({ value, mean }: SeriesReading): number {
    return value - mean;
  }

  learn(reading: SeriesReading, teaches: boolean): void {
    const { value, at, span } = reading;
    const { levels, scores, gate, gap } = this;
    if (this.known) {
      const learns = gate.admits(this.rarity > RARE, RECENT_HOURS * this.readingsAnHour) && teaches;
      for (const score of scores) score.add(this.excess, learns && score.smoothed(this.excess) > 0, span);
    }
    if (teaches) levels.learn(value, reading, this.readingsAnHour);
    else levels.drop();
    gap.update(at);
  }

  /** The past counts as so few days that the hours are not judged before they are known anew. */
  renew(): void {
    this.levels.renew(RENEWED, this.readingsAnHour);
  }

  reference({ mean }: SeriesReading): number {
    return mean;
  }

  detail({ mean }: SeriesReading): number {
    return mean;
  }

  private get readingsAnHour(): number {
    return this.gap.usualMs > 0 ? HOUR_MS / this.gap.usualMs : READINGS_AN_HOUR;
  }
}

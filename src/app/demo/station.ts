import { Random } from '../../math/random.ts';
import type { Fault } from './faults.ts';
import { distort, ELSEWHERE_MINUTES } from './faults.ts';
import type { Series, Values } from './plant.ts';
import { Plant, SERIES } from './plant.ts';

/** All that the station's transmitters send in one minute; null where a transmitter is silent. */
export interface Minute {
  readonly at: number;
  readonly values: readonly { readonly series: Series; readonly value: number | null }[];
}

/** The readings that the transmitters of the plant send, each distorted while a fault of its series lasts. */
export class Station {
  private readonly plant: Plant;
  private readonly faults: readonly Fault[];
  /** Separate from the plant's generator, so that a fault changes nothing outside its window. */
  private readonly random: Random;
  /** Healthy readings of the last `ELSEWHERE_MINUTES`, oldest first. */
  private readonly past: Values[] = [];
  private readonly sent: Record<Series, number>;

  constructor(seed: number, startAt: number, faults: readonly Fault[]) {
    this.plant = new Plant(seed, startAt);
    this.faults = faults;
    this.random = new Random(~seed);
    this.sent = { ...this.plant.readings };
  }

  /** The next minute, the first at `startAt`. The same seed, start and faults give the same bits. */
  next(): Minute {
    const { at, readings } = this.plant;
    const earlier = this.past[0] ?? readings;
    const values = SERIES.map((series) => {
      const fault = this.faults.find((each) => each.series === series && each.at <= at && at < each.endAt);
      const moment = { at, last: this.sent[series], earlier: earlier[series], random: this.random };
      const value = fault ? distort(readings[series], fault, moment) : readings[series];
      if (value !== null) this.sent[series] = value;
      return { series, value };
    });
    this.past.push(readings);
    if (this.past.length > ELSEWHERE_MINUTES) this.past.shift();
    this.plant.step();
    return { at, values };
  }
}

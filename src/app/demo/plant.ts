import { cos, exp } from '../../math/elementary.ts';
import { Random } from '../../math/random.ts';
import { MINUTE_MS } from '../../math/time.ts';
import { hourOf, usualDemand, Wander } from './demand.ts';
import { flowAt, motorCurrent, motorLosses, pumpHead, shaftPower, speedFor, vibration } from './pump.ts';

export const SERIES = ['vibration', 'current', 'pressure', 'flow', 'bearing-temperature'] as const;
export type Series = (typeof SERIES)[number];
export type Values = Readonly<Record<Series, number>>;

/** The error of an instrument: noise (standard deviation), last digit of its display, ends of its scale. */
export interface Instrument {
  readonly unit: string;
  readonly noise: number;
  readonly decimals: number;
  readonly range: readonly [number, number];
}

export const INSTRUMENTS: Readonly<Record<Series, Instrument>> = {
  vibration: { unit: 'mm/s', noise: 0.05, decimals: 2, range: [0, 20] },
  current: { unit: 'A', noise: 0.4, decimals: 1, range: [0, 150] },
  pressure: { unit: 'bar', noise: 0.015, decimals: 2, range: [0, 10] },
  flow: { unit: 'm3/h', noise: 1.2, decimals: 1, range: [0, 800] },
  'bearing-temperature': { unit: '°C', noise: 0.06, decimals: 1, range: [-20, 120] },
};

/** The displayed value: within the scale, in whole last digits. */
export const display = ({ decimals, range }: Instrument, value: number): number =>
  Number(Math.max(range[0], Math.min(range[1], value)).toFixed(decimals));

export const shown = (series: Series, value: number): number => display(INSTRUMENTS[series], value);

const RESISTANCE = 3.84e-4; // m per (m3/h)^2: 24 m of friction at 250 m3/h
const BACKWASH_HOURS = [3, 11, 16];
const BACKWASH_MINUTES = 18;

/** One minute of a first-order lag with time constant tau (minutes). */
export const towards = (from: number, to: number, tau: number): number => to + (from - to) * exp(-1 / tau);

/**
 * A pump station, one minute a step. The pump itself is in `pump.ts`.
 *
 *   D = usual demand of the hour and day, times 1 + w; w wanders with sd 0.07 over 3 h             (1)
 *   b = 1 while a filter is backwashed, 18 min from 03:00, 11:00 and 16:00; tau 1.5 min             (2)
 *   z = 1 while the valve to the upper zone is open: from D > 175 to D < 150 m3/h; tau 1.5 min      (3)
 *   Q* = D + 55 b + 30 z, r = 3.84e-4 (1 - 0.25 b - 0.18 z): an open valve is also a shorter way     (4)
 *   n follows the speed for Q* against r, within 0.63 to 1.05, tau 2 min                            (5)
 *   Q, H where the pump's curve at n meets the network's; pressure = 0.8 + 0.0981 H bar             (6)
 *   T_a = 20 + 4 cos(2 pi (hour - 15)/24) + weather, sd 2 K over 36 h                               (7)
 *   T follows T_a + 9.5 K/kW times the motor's losses, tau 40 min                                   (8)
 *   each reading = truth + the instrument's noise, rounded to its last digit                        (9)
 */
export class Plant {
  private readonly random: Random;
  private readonly mood: Wander;
  private readonly weather: Wander;
  private now: number;
  private backwash = 0;
  private zoneOpen = false;
  private zone = 0;
  private speed = 1;
  private flow = 0;
  private temperature = NaN;
  private exact: Values;
  private read: Values;

  /** Stands at `startAt` (epoch ms) with a first set of readings. The same seed and start give the same bits. */
  constructor(seed: number, startAt: number) {
    this.random = new Random(seed);
    this.mood = new Wander(this.random, 0.07, 180);
    this.weather = new Wander(this.random, 2, 36 * 60);
    this.now = startAt;
    this.speed = speedFor(usualDemand(startAt) * (1 + this.mood.value), RESISTANCE);
    this.exact = this.settle();
    this.read = this.measure();
  }

  /** The simulated time, epoch ms. */
  get at(): number {
    return this.now;
  }

  /** The present readings of the instruments. */
  get readings(): Values {
    return this.read;
  }

  /** The present readings without noise and rounding. */
  get truth(): Values {
    return this.exact;
  }

  /** One minute passes. */
  step(): void {
    this.now += MINUTE_MS;
    this.mood.step();
    this.weather.step();
    this.exact = this.settle();
    this.read = this.measure();
  }

  private settle(): Values {
    const hour = hourOf(this.now);
    const demand = usualDemand(this.now) * (1 + this.mood.value); // (1)

    const washing = BACKWASH_HOURS.some((start) => hour >= start && hour < start + BACKWASH_MINUTES / 60);
    this.backwash = towards(this.backwash, washing ? 1 : 0, 1.5); // (2)
    this.zoneOpen = demand > (this.zoneOpen ? 150 : 175);
    this.zone = towards(this.zone, this.zoneOpen ? 1 : 0, 1.5); // (3)

    const wanted = demand + 55 * this.backwash + 30 * this.zone;
    const r = RESISTANCE * (1 - 0.25 * this.backwash - 0.18 * this.zone); // (4)
    const speed = Math.max(0.63, Math.min(1.05, speedFor(wanted, r)));
    this.speed = towards(this.speed, speed, 2); // (5)

    this.flow = flowAt(this.speed, r);
    const current = motorCurrent(shaftPower(this.flow, this.speed), this.speed);
    const ambient = 20 + 4 * cos((2 * Math.PI * (hour - 15)) / 24) + this.weather.value; // (7)
    const target = ambient + 9.5 * motorLosses(current, this.speed);
    this.temperature = Number.isNaN(this.temperature) ? target : towards(this.temperature, target, 40); // (8)

    return {
      vibration: vibration(this.flow, this.speed),
      current,
      pressure: 0.8 + 0.0981 * pumpHead(this.flow, this.speed), // (6)
      flow: this.flow,
      'bearing-temperature': this.temperature,
    };
  }

  private measure(): Values {
    const see = (series: Series): number =>
      shown(series, this.exact[series] + INSTRUMENTS[series].noise * this.random.normal()); // (9)
    return {
      vibration: see('vibration'),
      current: see('current'),
      pressure: see('pressure'),
      flow: see('flow'),
      'bearing-temperature': see('bearing-temperature'),
    };
  }
}

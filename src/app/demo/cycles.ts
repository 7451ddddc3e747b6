import { Random } from '../../math/random.ts';
import { usualDemand, Wander } from './demand.ts';
import { display, towards, type Instrument } from './plant.ts';

/** The two machines beside the pump that switch on and off by themselves: one series each. */
export const CYCLE_SERIES = ['sump-level', 'fill-pump-power'] as const;
export type CycleSeries = (typeof CYCLE_SERIES)[number];

export const CYCLE_INSTRUMENTS: Readonly<Record<CycleSeries, Instrument>> = {
  'sump-level': { unit: '%', noise: 0.3, decimals: 1, range: [0, 100] },
  'fill-pump-power': { unit: 'kW', noise: 0.02, decimals: 2, range: [0, 10] },
};

/** A machine that switches, one minute a step. */
export interface Cycle {
  /** The present reading of its instrument. */
  readonly reading: number;
  /** Strokes of the sump or starts of the motor so far. */
  readonly times: number;
  /** One minute passes and ends at `at`, epoch ms. `faulty`: a fault of the machine (cycle-faults.ts) lasts. */
  step(at: number, faulty: boolean): void;
}

const SUMP_START = 80; // %
const SUMP_STOP = 20; // %
const SUMP_HOURS = 3; // usual time from one stroke to the next
const SUMP_OUT = 15; // % a minute

/**
 * The sump below the pump hall. It is dry weather, and the level stands, until drains are connected to it at `connectedAt`, epoch
 * ms. From then on the level rises by
 *
 *   u = (80 - 20)/180 % a minute, times 1 + w; w wanders with sd 0.12 over 6 h             (1)
 *
 * and a float switch starts the sump pump at 80 % and stops it at 20 %: down by 15 % a minute, about eight strokes a day (2).
 * Fault: leaves block the inlet, u = 0. The level stays where it is, at a value that it has every three hours, and the pump has
 * nothing to do.
 */
export class Sump implements Cycle {
  reading: number;
  times = 0;
  private readonly random: Random;
  private readonly wander: Wander;
  private readonly connectedAt: number;
  private level: number;
  private pumping = false;

  constructor(seed: number, connectedAt: number) {
    this.random = new Random(seed);
    this.connectedAt = connectedAt;
    this.wander = new Wander(this.random, 0.12, 6 * 60);
    this.level = SUMP_STOP + (SUMP_START - SUMP_STOP) * this.random.uniform();
    this.reading = this.measure();
  }

  step(at: number, blocked: boolean): void {
    this.wander.step();
    const dry = blocked || at < this.connectedAt;
    const inflow = dry ? 0 : ((SUMP_START - SUMP_STOP) / (SUMP_HOURS * 60)) * (1 + this.wander.value); // (1)
    this.level += inflow;
    if (!this.pumping && this.level >= SUMP_START) {
      this.pumping = true;
      this.times++;
    }
    if (this.pumping) this.level = Math.max(SUMP_STOP, this.level - SUMP_OUT); // (2)
    if (this.level <= SUMP_STOP) this.pumping = false;
    this.reading = this.measure();
  }

  private measure(): number {
    const instrument = CYCLE_INSTRUMENTS['sump-level'];
    return display(instrument, this.level + instrument.noise * this.random.normal());
  }
}

const TANK_START = 30; // %
const TANK_STOP = 90; // %
const TANK_IN = 3.2; // % a minute
const TANK_OUT = 0.7; // % a minute at a demand of 150 m3/h
const STANDBY_KW = 0.04;
const RUNNING_KW = 2.9;

/**
 * The motor that fills the tank of wash water. Consumers empty the tank in proportion to the town's demand D:
 *
 *   out = 0.7 D/150 % a minute, times 1 + w; w wanders with sd 0.1 over 4 h                        (1)
 *   the motor runs from 30 % to 90 %, in = 3.2 % a minute: 20 to 30 min, after a pause of 1 to 2.5 h (2)
 *   power follows 2.9 kW running or 0.04 kW at rest, tau 0.3 min                                     (3)
 *
 * Fault: the switch is left in position "manual". The motor starts at once and does not stop; the tank overflows at 90 %.
 */
export class FillPump implements Cycle {
  reading: number;
  times = 0;
  private readonly random: Random;
  private readonly wander: Wander;
  private tank: number;
  private running = false;
  private power = STANDBY_KW;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.wander = new Wander(this.random, 0.1, 4 * 60);
    this.tank = TANK_START + (TANK_STOP - TANK_START) * this.random.uniform();
    this.reading = this.measure();
  }

  step(at: number, manual: boolean): void {
    this.wander.step();
    const out = TANK_OUT * (usualDemand(at) / 150) * (1 + this.wander.value); // (1)
    const wasRunning = this.running;
    this.tank = Math.min(TANK_STOP, this.tank - out + (wasRunning ? TANK_IN : 0));
    this.running = manual || (wasRunning ? this.tank < TANK_STOP : this.tank <= TANK_START); // (2)
    if (this.running && !wasRunning) this.times++;
    this.power = towards(this.power, this.running ? RUNNING_KW : STANDBY_KW, 0.3); // (3)
    this.reading = this.measure();
  }

  private measure(): number {
    const instrument = CYCLE_INSTRUMENTS['fill-pump-power'];
    return display(instrument, this.power + instrument.noise * this.random.normal());
  }
}

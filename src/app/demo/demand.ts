import { exp, square } from '../../math/elementary.ts';
import type { Random } from '../../math/random.ts';
import { DAY_MS, HOUR_MS } from '../../math/time.ts';

/** Hour of the day, 0 to below 24. The station's clocks show UTC. */
export const hourOf = (at: number): number => (at % DAY_MS) / HOUR_MS;

export const isWeekend = (at: number): boolean => [0, 6].includes(new Date(at).getUTCDay());

const bump = (hour: number, centre: number, width: number): number => exp(-square((hour - centre) / width) / 2);

/**
 * What the town usually draws at this time, m3/h: 100 at night, 213 at 07:00 on working days, 193 at 19:30.
 * At weekends the morning comes later and lower. All days meet at midnight, so the curve has no steps.
 */
export const usualDemand = (at: number): number => {
  const hour = hourOf(at);
  const morning = isWeekend(at) ? 80 * bump(hour, 9.5, 1.8) : 105 * bump(hour, 7, 1.2);
  const evening = 90 * (bump(hour, 19.5, 2) + bump(hour, -4.5, 2));
  return 100 + morning + 45 * bump(hour, 12.5, 3) + evening;
};

/**
 * Ornstein-Uhlenbeck process sampled once a minute, exact at any time constant tau (minutes), mean 0:
 *
 *   x_t = a x_{t-1} + sd sqrt(1 - a^2) e_t,   a = exp(-1/tau),   e_t standard normal
 */
export class Wander {
  /** Starts as a draw from its own long run. */
  value: number;
  private readonly random: Random;
  private readonly a: number;
  private readonly kick: number;

  constructor(random: Random, sd: number, tau: number) {
    this.random = random;
    this.a = exp(-1 / tau);
    this.kick = sd * Math.sqrt(1 - square(this.a));
    this.value = sd * random.normal();
  }

  step(): void {
    this.value = this.a * this.value + this.kick * this.random.normal();
  }
}

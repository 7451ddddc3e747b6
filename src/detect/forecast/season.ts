import { cos, sin } from '../../math/elementary.ts';
import type { Calendar } from './calendar.ts';

/** sin and cos of the time of day, sin and cos of the day of the week. */
export const SEASONS = 4;

/** What a kind of evidence asks of the wall clock. */
export type Clock = Readonly<Pick<Season, 'day' | 'restDay'>>;

/** The wall clock as inputs of a model: a point on a circle for the time of day, and one for the day of the week. */
export class Season {
  readonly features = new Float64Array(SEASONS);
  /** The share of the day that is over, in [0, 1). */
  day = 0;
  /** Whether it is a Saturday, a Sunday or a holiday. */
  restDay = false;
  private readonly calendar: Calendar;

  constructor(calendar: Calendar) {
    this.calendar = calendar;
  }

  /** Fills `features` and `day` for a moment, epoch ms. */
  set(at: number): void {
    const { features, calendar } = this;
    this.day = calendar.day(at);
    this.restDay = calendar.isRestDay(at);
    const day = 2 * Math.PI * this.day;
    const week = 2 * Math.PI * calendar.week(at);
    features[0] = sin(day);
    features[1] = cos(day);
    features[2] = sin(week);
    features[3] = cos(week);
  }
}

import type { Pieces } from '../../../math/memory.ts';
import { CONSTANTS } from '../../constants.ts';
import { student } from './dwell-times.ts';

const { SURE_AFTER: SPAN, RECURS, WINSOR } = CONSTANTS;
/** Turns before a level is judged. */
const FEW = 2 * RECURS;
/** A level is unusual from so many deviations beyond the farthest on. */
const BEYOND_FARTHEST = 1;

// Fields of a direction.
const COUNT = 0;
const MEAN = 1;
const VARIANCE = 2;
const LOWEST = 3;
const HIGHEST = 4;
const FIELDS = 5;

/**
 * The levels from which a series drops, and from which it rises. A turn at x is as rare as Student's t of z = (x - mean) / sd, with
 * as many degrees of freedom as there are turns, and only beyond all past ones by one deviation.
 *
 * It judges no level where the levels of the past vary by more than half of `least`, the smallest difference that counts: then each
 * turn has another level anyway.
 *
 * Memory: five numbers for each direction.
 */
export class TurnLevels {
  private readonly s: Float64Array;

  constructor(memory: Pieces, name: string, directions: number) {
    this.s = memory.take(name, FIELDS * directions);
  }

  /** The usual level, in the unit of the series. */
  usual(place: number): number {
    return this.s[place * FIELDS + MEAN];
  }

  /** Whether enough turns are known, and their levels vary by less than half of `least`. */
  isSteady(place: number, least: number): boolean {
    const o = place * FIELDS;
    return this.s[o + COUNT] >= FEW && Math.sqrt(this.s[o + VARIANCE]) <= 0.5 * least;
  }

  /** -log10 P of a turn at `level`; 0 where it is not unusual. `least`: the smallest difference that counts. */
  rarity(place: number, level: number, least: number): number {
    const { s } = this;
    const o = place * FIELDS;
    const distance = Math.abs(level - s[o + MEAN]);
    const deviation = Math.sqrt(s[o + VARIANCE]);
    if (!(distance > least) || !this.isSteady(place, least)) return 0;
    const beyond = BEYOND_FARTHEST * deviation;
    if (level >= s[o + LOWEST] - beyond && level <= s[o + HIGHEST] + beyond) return 0;
    return student(Math.min(WINSOR, deviation > 0 ? distance / deviation : WINSOR), s[o + COUNT]);
  }

  add(place: number, level: number): void {
    const { s } = this;
    const o = place * FIELDS;
    const n = ++s[o + COUNT];
    const a = Math.max(1 / n, 1 / SPAN);
    let d = level - s[o + MEAN];
    if (n > FEW) {
      const most = WINSOR * Math.sqrt(s[o + VARIANCE]);
      d = Math.max(-most, Math.min(most, d));
    }
    const mean = (s[o + MEAN] += a * d);
    s[o + VARIANCE] = (1 - a) * (s[o + VARIANCE] + a * d * d);
    s[o + LOWEST] = n === 1 ? level : Math.min(level, s[o + LOWEST] + (mean - s[o + LOWEST]) / SPAN);
    s[o + HIGHEST] = n === 1 ? level : Math.max(level, s[o + HIGHEST] + (mean - s[o + HIGHEST]) / SPAN);
  }

  /** The series behaves differently from now on: the past is deleted. */
  forget(): void {
    this.s.fill(0);
  }
}

import type { Pieces } from '../../../math/memory.ts';
import { CONSTANTS } from '../../constants.ts';

/** A movement is a turn from so many deviations of all values on, and from so many usual changes between readings. */
const DEVIATIONS = 1;
const { MOVEMENT: USUAL_CHANGES } = CONSTANTS;

// Slots.
const DIRECTION = 0; // 1 rising, -1 falling, 0 before the first reading
const END = 1; // the highest value while it rises, the lowest while it falls

/**
 * The turns of a series that goes up and down: it has dropped when it is
 *
 *   max(deviation of all values, 15 median |change|)
 *
 * below its highest value since the last turn, and risen when it is as much above its lowest. So a level that rises for hours and falls in
 * minutes, a temperature between two limits and a machine that switches all have turns, whatever the shape between them; noise has none.
 *
 * Memory (2): direction, farthest value since the last turn.
 */
export class Turns {
  /** The turn of the reading measured last: 1 risen, -1 dropped, 0 none. */
  turned = 0;
  /** The smallest movement that is a turn then, in the unit of the series. */
  least = 0;
  private readonly s: Float64Array;

  constructor(memory: Pieces, name: string) {
    this.s = memory.take(name, 2);
  }

  /** 1 while the series rises, -1 while it falls. */
  get direction(): number {
    return this.s[DIRECTION];
  }

  /** The farthest value since the last turn: where the series begins to drop or to rise, if it turns now. */
  get end(): number {
    return this.s[END];
  }

  /** Finds `turned` for a reading. `deviation`: of all values; `change`: the usual one between readings. Changes no memory. */
  measure(value: number, deviation: number, change: number): void {
    const { direction, end } = this;
    this.least = Math.max(DEVIATIONS * deviation, USUAL_CHANGES * change);
    this.turned = direction !== 0 && this.least > 0 && direction * (end - value) > this.least ? -direction : 0;
  }

  /** Follows the reading measured last. */
  learn(value: number): void {
    const { s, turned } = this;
    if (s[DIRECTION] === 0) s[DIRECTION] = 1;
    else if (turned !== 0) s[DIRECTION] = turned;
    else if (s[DIRECTION] * (value - s[END]) <= 0) return;
    s[END] = value;
  }
}

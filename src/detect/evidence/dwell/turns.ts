import type { Pieces } from '../../../math/memory.ts';
import { CONSTANTS } from '../../constants.ts';

/** A movement is a turn from so many deviations of all values on, and from so many usual changes between readings. */
const DEVIATIONS = 1;
const { MOVEMENT: USUAL_CHANGES } = CONSTANTS;

// Slots.
const DIRECTION = 0; // 1 rising, -1 falling, 0 before the first reading
const END = 1; // the highest value while it rises, the lowest while it falls
const START = 2; // the end of the movement before
const LARGEST = 3; // size of the largest movement; it fades
const SLOTS = 4;

/**
 * The turns of a series that goes up and down: it has dropped when it is
 *
 *   max(deviation of all values, 15 median |change|, `part` of the largest movement)
 *
 * below its highest value since the last turn, and risen when it is as much above its lowest. So a level that rises for hours and falls in
 * minutes, a temperature between two limits and a machine that switches all have turns, whatever the shape between them; noise has none.
 * The largest movement fades with a time constant of a week.
 *
 * Memory (4): direction, farthest value since the last turn, that before the last turn, size of the largest movement.
 */
export class Turns {
  /** The turn of the reading measured last: 1 risen, -1 dropped, 0 none. */
  turned = 0;
  /** The smallest movement that is a turn then, in the unit of the series. */
  least = 0;
  private readonly part: number;
  private readonly s: Float64Array;

  constructor(memory: Pieces, name: string, part: number) {
    this.part = part;
    this.s = memory.take(name, SLOTS);
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
    const { direction, end, part, s } = this;
    this.least = Math.max(DEVIATIONS * deviation, USUAL_CHANGES * change, part * s[LARGEST]);
    this.turned = direction !== 0 && this.least > 0 && direction * (end - value) > this.least ? -direction : 0;
  }

  /** Follows the reading measured last. `span`: readings of a week; `teaches`: whether the largest movement may change. */
  learn(value: number, span: number, teaches: boolean): void {
    const { s, turned } = this;
    if (teaches) s[LARGEST] -= s[LARGEST] / span;
    if (s[DIRECTION] === 0) {
      s[DIRECTION] = 1;
      s[START] = value;
    } else if (turned !== 0) this.turn(turned, teaches);
    else if (s[DIRECTION] * (value - s[END]) <= 0) return;
    s[END] = value;
  }

  /** Deletes the largest movement. */
  forget(): void {
    this.s[LARGEST] = 0;
  }

  private turn(direction: number, teaches: boolean): void {
    const { s, part } = this;
    const size = Math.abs(s[END] - s[START]);
    const largest = s[LARGEST];
    // After an outlier, which has two movements, those of twice the largest before it count at once, and the usual ones within a week.
    if (teaches) s[LARGEST] = largest === 0 ? size : Math.max(largest, Math.min(size, largest / part));
    s[START] = s[END];
    s[DIRECTION] = direction;
  }
}

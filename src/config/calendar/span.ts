import type { Rule } from './rule.ts';

/** A stretch of time, epoch ms; `until` does not belong to it. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Whether a local time is after the end of a rule that ends in UTC. `instant`: of a local time. */
export const laterThan =
  ({ until }: Rule, instant: (wall: number) => number) =>
  (wall: number): boolean =>
    until !== null && instant(wall) > until.at;

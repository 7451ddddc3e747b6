import type { Run } from './runs.ts';

const THRESHOLDS = 250;

/**
 * Volume under the surface of precision and recall, over all thresholds and over windows of tolerance around the labels: a
 * measure of a score that depends neither on a threshold nor on the exact limits of the labels.
 *
 * For each window w = 0 … W, with h = ⌊w / 2⌋, a row at distance d = 1 … h from an event counts as its part by
 *
 *   l = min(1, Σ over the events near √(1 - d / w))                                       (1)
 *
 * and a row in an event by 1. At a threshold, with P rows in events, E the sum of l over the flagged rows beside them, and N rows flagged,
 *
 *   TP = (flagged rows in events) + E                                                     (2)
 *   recall = min(1, TP / ((P + P + E) / 2)) · (share of widened events with a flagged row)  (3)
 *   precision = TP / N                                                                    (4)
 *
 * where events count as one if they overlap after widening. VUS-PR is the mean over w of Σ Δrecall · precision, over 250 thresholds
 * at evenly spaced ranks of the score.
 *
 * J. Paparrizos et al., "Volume Under the Surface: A New Accuracy Evaluation Measure for Time-Series Anomaly Detection",
 * PVLDB 15 (2022); thresholds and E in (3) as in TSB-AD.
 *
 * `events` in the order of time, not overlapping; `scores` one a row, higher is more anomalous. NaN when no row or every
 * row is in an event.
 */
export function vusPr(events: readonly Run[], scores: Float64Array, window: number): number {
  const n = scores.length;
  const labelled = new Uint8Array(n);
  for (const [first, last] of events) labelled.fill(1, first, last + 1);
  const P = labelled.reduce((sum, label) => sum + label, 0);
  if (P === 0 || P === n) return NaN;

  const { rank, flagged } = thresholdsOf(scores);
  const inside = new Float64Array(THRESHOLDS); // flagged rows in events
  for (let i = 0; i < n; i++) if (labelled[i] === 1) inside[rank[i]]++;
  accumulate(inside);

  const soonest = events.map(([first, last]) => rank.subarray(first, last + 1).reduce((a, b) => Math.min(a, b)));
  const share = new Float64Array(n); // l beside the events, 0 elsewhere
  const near = new Float64Array(THRESHOLDS);
  const present = new Float64Array(THRESHOLDS);
  let total = 0;
  for (let w = 0; w <= window; w++) {
    const h = w >> 1;
    if (h > 0 && w % 2 === 0) widen(soonest, events, rank, h);
    near.fill(0);
    for (const i of tolerate(share, labelled, events, w)) {
      near[rank[i]] += Math.min(1, share[i]); // (1)
      share[i] = 0;
    }
    accumulate(near);
    existence(present, events, soonest, h);
    total += areaUnder(inside, near, present, flagged, P);
  }
  return total / (window + 1);
}

/** `rank[i]`: the first threshold, from the strictest on, at which row i is flagged; `flagged[k]`: rows that are at threshold k. */
function thresholdsOf(scores: Float64Array): { rank: Uint16Array; flagged: Float64Array } {
  const n = scores.length;
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const step = (n - 1) / (THRESHOLDS - 1);
  const lines = Float64Array.from({ length: THRESHOLDS }, (_, k) =>
    k === THRESHOLDS - 1 ? scores[order[n - 1]] : scores[order[Math.floor(k * step)]],
  );
  const rank = new Uint16Array(n);
  const flagged = new Float64Array(THRESHOLDS);
  let k = 0;
  for (const i of order) {
    while (lines[k] > scores[i]) k++;
    rank[i] = k;
    flagged[k]++;
  }
  accumulate(flagged);
  return { rank, flagged };
}

function accumulate(x: Float64Array): void {
  for (let k = 1; k < x.length; k++) x[k] += x[k - 1];
}

/** Extends the events by the rows at distance h, and updates the first threshold that flags each event. */
function widen(soonest: number[], events: readonly Run[], rank: Uint16Array, h: number): void {
  events.forEach(([first, last], e) => {
    if (first - h >= 0) soonest[e] = Math.min(soonest[e], rank[first - h]);
    if (last + h < rank.length) soonest[e] = Math.min(soonest[e], rank[last + h]);
  });
}

/** Adds up (1) and returns the rows that have some, each once. */
function tolerate(share: Float64Array, labelled: Uint8Array, events: readonly Run[], w: number): number[] {
  const rows: number[] = [];
  const add = (i: number, d: number): void => {
    if (i < 0 || i >= share.length || labelled[i] === 1) return;
    if (share[i] === 0) rows.push(i);
    share[i] += Math.sqrt(1 - d / w);
  };
  for (const [first, last] of events)
    for (let d = 1; d <= w >> 1; d++) {
      add(last + d, d);
      add(first - d, d);
    }
  return rows;
}

/** For each threshold the share of widened events with a flagged row (3). */
function existence(present: Float64Array, events: readonly Run[], soonest: readonly number[], h: number): void {
  present.fill(0);
  let count = 0;
  for (let e = 0; e < events.length; e++) {
    let first = soonest[e];
    while (e + 1 < events.length && events[e][1] + h >= events[e + 1][0] - h) first = Math.min(first, soonest[++e]);
    present[first]++;
    count++;
  }
  accumulate(present);
  for (let k = 0; k < present.length; k++) present[k] /= count;
}

function areaUnder(
  inside: Float64Array,
  near: Float64Array,
  present: Float64Array,
  flagged: Float64Array,
  P: number,
): number {
  let area = 0;
  let before = 0;
  for (let k = 0; k < inside.length; k++) {
    const tp = inside[k] + near[k]; // (2)
    const recall = Math.min(1, tp / ((P + P + near[k]) / 2)) * present[k]; // (3)
    area += ((recall - before) * tp) / flagged[k]; // (4)
    before = recall;
  }
  return area;
}

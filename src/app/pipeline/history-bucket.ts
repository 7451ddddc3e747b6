import { EVIDENCE_KINDS } from '../../detect/evidence/kind.ts';
import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import * as c from '../../stream/history/bucket.ts';

/** Below this score no kind of evidence stands out, and none is stored. */
const NAMED_FROM = 0.5;

/**
 * Makes `reading` a bucket of the newest reading of series d; false where there was none. `band`: with its band. Its computation
 * costs more than the rest (2 µs), so only the first reading of a minute has it.
 */
export function fillBucket(
  { detector, status }: StreamMonitor,
  d: number,
  band: boolean,
  reading: Float64Array,
): boolean {
  const model = detector.series[d];
  const { value, evidence } = model;
  const fault = status.faultScoreOf(d);
  const score = Math.max(detector.verdict.scores[d], fault);
  c.clear(reading);
  if (Number.isNaN(value)) {
    reading[c.SCORE] = score;
    return fault > 0;
  }
  reading[c.COUNT] = 1;
  reading[c.MIN] = reading[c.MAX] = reading[c.MEAN] = value;
  reading[c.EXPECTED] = model.expected;
  if (band) {
    reading[c.LOWER] = model.lower;
    reading[c.UPPER] = model.upper;
    reading[c.GAP_FROM] = model.gapFrom;
    reading[c.GAP_TO] = model.gapTo;
  }
  reading[c.SCORE] = score;
  if (score > NAMED_FROM && fault === 0) reading[c.KIND] = EVIDENCE_KINDS.indexOf(evidence.leading);
  if (detector.forecaster === null) return true;
  reading[c.NETWORK_LOSS] = model.forecast.selection.networkLoss;
  reading[c.BASELINE_LOSS] = model.forecast.selection.baselineLoss;
  return true;
}

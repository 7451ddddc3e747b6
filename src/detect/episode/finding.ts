import { EVIDENCE_KINDS, type EvidenceKind } from '../evidence/kind.ts';
import { SENSOR_FAULTS, type SensorFault } from '../sensor/fault.ts';

export type Cause = EvidenceKind | 'drift' | SensorFault;
/** In the order of a finding's evidence: that of a sample comes first. */
export const CAUSES: readonly Cause[] = [...EVIDENCE_KINDS, 'drift', ...SENSOR_FAULTS];

/** Result of one reading, or of one check for silence. NaN where a number does not apply. */
export interface Finding {
  /** Above 1 is anomalous. */
  score: number;
  /** Size of the effect, from which the severity follows (severity.ts). */
  effect: number;
  /** Confidence in it, 0 to 1. */
  confidence: number;
  cause: Cause;
  /** Index of the leading series. */
  series: number;
  value: number;
  expected: number;
  lower: number;
  upper: number;
  /** Where the band is two intervals, the values between them. */
  gapFrom: number;
  gapTo: number;
  /** A number that the cause's sentence needs; see reason.ts. */
  detail: number;
  /** The usual value of `detail`. */
  usual: number;
  /** Which of several sentences of the cause applies. */
  aspect: number;
  /** Score of each series (D). */
  readonly scores: Float64Array;
  /** Evidence of each of `CAUSES` for the leading series. */
  readonly evidence: Float64Array;
}

/** An empty finding for a stream of `series` series. Its owner overwrites it with each reading. */
export const emptyFinding = (series: number): Finding => ({
  score: 0,
  effect: 0,
  confidence: 0,
  cause: 'level',
  series: 0,
  value: NaN,
  expected: NaN,
  lower: NaN,
  upper: NaN,
  gapFrom: NaN,
  gapTo: NaN,
  detail: NaN,
  usual: NaN,
  aspect: 0,
  scores: new Float64Array(series),
  evidence: new Float64Array(CAUSES.length),
});

import { EVIDENCE_KINDS, type EvidenceKind } from '../evidence/kind.ts';
import { SENSOR_FAULTS, type SensorFault } from '../sensor/fault.ts';

export type Cause = EvidenceKind | 'drift' | SensorFault;
/** In the order of a finding's evidence: that of a sample comes first. */
export const CAUSES: readonly Cause[] = [...EVIDENCE_KINDS, 'drift', ...SENSOR_FAULTS];

/** What one reading, or one moment of silence, says. NaN where a number does not apply. */
export interface Finding {
  /** Above 1 is anomalous. */
  score: number;
  /** How sure that is, 0 to 1. */
  confidence: number;
  cause: Cause;
  /** Index of the leading series. */
  series: number;
  value: number;
  expected: number;
  lower: number;
  upper: number;
  /** A number that the cause's sentence needs; `reason.ts` says which. */
  detail: number;
  /** Score of each series (D). */
  readonly scores: Float64Array;
  /** What each of `CAUSES` said of the leading series. */
  readonly evidence: Float64Array;
}

/** To be filled again and again, by one part of a stream with so many series. */
export const emptyFinding = (series: number): Finding => ({
  score: 0,
  confidence: 0,
  cause: 'level',
  series: 0,
  value: NaN,
  expected: NaN,
  lower: NaN,
  upper: NaN,
  detail: NaN,
  scores: new Float64Array(series),
  evidence: new Float64Array(CAUSES.length),
});

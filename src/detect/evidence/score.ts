import { EVIDENCE_KINDS } from './kind.ts';
import { KINDS } from './kinds.ts';
import { CONSTANTS } from '../constants.ts';

const K = EVIDENCE_KINDS.length;
const WEIGHTS = EVIDENCE_KINDS.map((kind) => KINDS[kind].weights);
const MEAN_SHIFT = EVIDENCE_KINDS.indexOf('mean_shift');
const OCCUPANCY = EVIDENCE_KINDS.indexOf('occupancy');
/** The kinds whose contextual weight is multiplied by the trust in the network. */
const TRUSTED = EVIDENCE_KINDS.map((kind) => kind === 'forecast_error' || kind === 'sequence');
const { ABSORBED_LEVEL, EXCESS_SHARE } = CONSTANTS;
/** The collective weights where anomalies are absorbed, and where they are held. */
const ABSORBED = EVIDENCE_KINDS.map((kind, k) => (kind === 'level' ? ABSORBED_LEVEL : WEIGHTS[k].collective));
const HELD = WEIGHTS.map(({ collective }) => collective);

const compressExcess = (x: number): number => (x < 1 ? x : 1 + EXCESS_SHARE * (x - 1));

/**
 * The score of all evidence: the largest of four. Evidence e_k is a rarity, -log10 P, less the share of chance. The names of
 * the first three are those of V. Chandola, A. Banerjee, V. Kumar, "Anomaly detection: a survey", ACM Computing Surveys 41
 * (2009).
 *
 *   collective = sum of w_k e_k        a weighted product of probabilities (R. A. Fisher, "Statistical Methods for Research
 *                                      Workers", 1932, section 21.1): many readings, or many kinds, each a little rare.
 *                                      On NAB (low-false-alarm profile) 3 to 4 points better than the largest e_k. The part
 *                                      above 1 counts a tenth: many small deviations are an alarm, and a sum of 31 is a
 *                                      critical one.
 *   point      = sum of v_k e_k        one reading: a spike ends before the collective sum has grown
 *   contextual = the largest u_k e_k   usual values in an unusual order, or against the rest of the group. Of a level rare in its
 *                                      hour the part above 1 counts a tenth: four weeks cannot say how much rarer it is.
 *   mean shift                         has its own threshold (kinds/mean-shift.ts)
 *
 * `e` (K) is in the order of EVIDENCE_KINDS. `scale` is 1 over the alarm threshold; `context` is the
 * contextual way (`measureContext`); `shift` is the score of the mean shift; `hold` says whether anomalies are held.
 * Fills `parts` (K) with the share of each kind in the score. The weights were set on NAB's development files, sixteen river
 * sensors, SKAB's pump and a corpus of patterns together; docs/research/ lists the experiments.
 */
export function combine(
  e: Float64Array,
  scale: number,
  context: Readonly<Context>,
  shift: number,
  hold: boolean,
  parts: Float64Array,
): number {
  const weights = hold ? HELD : ABSORBED;
  let collective = 0;
  let point = 0;
  for (let k = 0; k < K; k++) {
    collective += weights[k] * e[k];
    point += WEIGHTS[k].point * e[k];
  }
  const contextual = context.evidence;
  const sum = compressExcess(scale * collective);
  const score = Math.max(sum, scale * point, contextual, shift);
  parts.fill(0);
  if (score === 0) return 0;
  if (score === shift) parts[MEAN_SHIFT] = score;
  else if (score === contextual) parts[context.kind] = score;
  else if (score === sum) for (let k = 0; k < K; k++) parts[k] = (score * weights[k] * e[k]) / collective;
  else for (let k = 0; k < K; k++) parts[k] = (score * WEIGHTS[k].point * e[k]) / point;
  return score;
}

/** The contextual way: the kind with the most evidence, and that evidence. */
export interface Context {
  kind: number;
  evidence: number;
}

/** Fills `context`. `trust`, 0 to 1, is how far the network's evidence counts; the others as for `combine`. */
export function measureContext(e: Float64Array, scale: number, trust: number, context: Context): void {
  context.kind = context.evidence = 0;
  for (let k = 0; k < K; k++) {
    let u = scale * WEIGHTS[k].contextual * e[k] * (TRUSTED[k] ? trust : 1);
    if (k === OCCUPANCY) u = compressExcess(u);
    if (u <= context.evidence) continue;
    context.evidence = u;
    context.kind = k;
  }
}

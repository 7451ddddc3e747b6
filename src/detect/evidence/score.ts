/**
 * The kinds of evidence, each a rarity, -log10 P, but for `shift`, which is a distance in deviations. In three of four ways
 * to an alarm they are weighed so that 1 is the alarm line:
 *
 *   lasting = sum of w_k e_k      what lasts: a weighted product of probabilities (R. A. Fisher, "Statistical Methods for
 *                                 Research Workers", 1932, section 21.1); on NAB 3 to 4 points of its low-false-alarm
 *                                 profile better than the largest. Above the line it is bent: many small oddities are
 *                                 an alarm, but never a critical one.
 *   sudden = v_k e_k summed       a spike is over before anything that lasts has noticed
 *   alone = the largest u_k e_k   evidence that asks another question than the rest
 *
 * The fourth is the shift of a mean, which has a line of its own (mean-shift.ts). The weights were set on NAB's development files,
 * sixteen river sensors, SKAB's pump and a corpus of patterns together; docs/detection.md has what was tried.
 */
export const EVIDENCE = {
  /** Beyond everything seen so far. */
  extreme: { lasting: 0.6, sudden: 0, alone: 0, span: 1 },
  /** A level that is rare at this time of day. */
  level: { lasting: 0.365, sudden: 0, alone: 0, span: 12 },
  /** A step that the network did not expect; it speaks alone as far as the network is trusted (forecast-selection.ts). */
  forecast_error: { lasting: 0.03, sudden: 0.15, alone: 0.2, span: 1 },
  /** A step that is large for the liveliness of late. */
  jump: { lasting: 0, sudden: 0.15, alone: 0, span: 1 },
  /** The same value again and again, or until just now. */
  flatline: { lasting: 0, sudden: 0.125, alone: 0, span: 1 },
  /** A large step out of such a rest. */
  flatline_exit: { lasting: 0, sudden: 0.065, alone: 0, span: 1 },
  /** Several steps in a row that the network did not expect; trusted like `step`. */
  sequence: { lasting: 0.135, sudden: 0, alone: 0.25, span: 6 },
  /** More, or less, movement than ever. */
  volatility: { lasting: 0.195, sudden: 0, alone: 0, span: 1 },
  /** No longer in line with the other series of its group. */
  correlation: { lasting: 0, sudden: 0, alone: 0.3, span: 12 },
  /** The mean of late is not that of before. */
  mean_shift: { lasting: 0, sudden: 0, alone: 0, span: 10 },
} as const;

export type EvidenceKind = keyof typeof EVIDENCE;
export const EVIDENCE_KINDS = Object.keys(EVIDENCE) as readonly EvidenceKind[];
const K = EVIDENCE_KINDS.length;
const WEIGHTS = EVIDENCE_KINDS.map((kind) => EVIDENCE[kind]);
const SHIFT = EVIDENCE_KINDS.indexOf('mean_shift');
const TRUSTED = EVIDENCE_KINDS.map((kind) => kind === 'forecast_error' || kind === 'sequence');
/**
 * Where anomalies are held, a rare level counts this much of itself: the shift, whose reference does not learn there, asks much the
 * same, and nine of ten false alarms of noise with heavy tails were levels.
 */
const HELD_LEVEL = 0.53;
/** The weights of what lasts, where anomalies are absorbed and where they are held. */
const ABSORBED = EVIDENCE_KINDS.map((kind) => EVIDENCE[kind].lasting);
const HELD = EVIDENCE_KINDS.map((kind) => EVIDENCE[kind].lasting * (kind === 'level' ? HELD_LEVEL : 1));
/** What lasts beyond the line counts this much of itself. */
const EXCESS_SHARE = 0.1;

const compressExcess = (x: number): number => (x < 1 ? x : 1 + EXCESS_SHARE * (x - 1));

/**
 * The score that evidence e (K, in the order of EVIDENCE_KINDS) comes to: the best of the four ways. `scale` is the sensitivity over
 * the height of the alarm line, `trust` how far the network's word counts alone, 0 to 1, `shift` the score of a shift, `hold`
 * whether anomalies are held. Fills `parts` (K) with what each kind contributed to it.
 */
export function combine(
  e: Float64Array,
  scale: number,
  trust: number,
  shift: number,
  hold: boolean,
  parts: Float64Array,
): number {
  const lasts = hold ? HELD : ABSORBED;
  let lasting = 0;
  let sudden = 0;
  let alone = 0;
  let loudest = 0;
  for (let k = 0; k < K; k++) {
    lasting += lasts[k] * e[k];
    sudden += WEIGHTS[k].sudden * e[k];
    const u = WEIGHTS[k].alone * e[k] * (TRUSTED[k] ? trust : 1);
    if (u <= alone) continue;
    alone = u;
    loudest = k;
  }
  const sum = compressExcess(scale * lasting);
  const score = Math.max(sum, scale * sudden, scale * alone, shift);
  parts.fill(0);
  if (score === 0) return 0;
  if (score === shift) parts[SHIFT] = score;
  else if (score === scale * alone) parts[loudest] = score;
  else if (score === sum) for (let k = 0; k < K; k++) parts[k] = (score * lasts[k] * e[k]) / lasting;
  else for (let k = 0; k < K; k++) parts[k] = (score * WEIGHTS[k].sudden * e[k]) / sudden;
  return score;
}

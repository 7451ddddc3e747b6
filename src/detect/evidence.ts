/**
 * The kinds of evidence, and what each is worth. Every kind is a rarity, -log10 P. What lasts is summed, a weighted
 * product of probabilities (R. A. Fisher, "Statistical Methods for Research Workers", 1932, section 21.1), which did
 * better than the maximum on NAB by 3 to 4 points of its low-false-alarm profile. Two kinds can also be an alarm alone:
 * a step, because a spike is over before anything that lasts has noticed, and a misfit with the group, because it asks
 * another question. A sum, or either alone, that reaches the alarm line is an alarm. The weights were set on NAB's
 * development files, sixteen river sensors and a simulated pump together.
 */
export const EVIDENCE = {
  /** Beyond everything seen so far. */
  extreme: { summed: 0.4, alone: 0, span: 1 },
  /** A level that is rare at this time of day. */
  level: { summed: 0.33, alone: 0, span: 12 },
  /** A step that the network did not expect. */
  step: { summed: 0.03, alone: 0.28, span: 1 },
  /** Several steps in a row that the network did not expect. */
  course: { summed: 0.1, alone: 0, span: 6 },
  /** More, or less, movement than ever. */
  volatility: { summed: 0.15, alone: 0, span: 1 },
  /** No longer in line with the other series of its group. */
  company: { summed: 0, alone: 0.3, span: 12 },
} as const;

export type EvidenceKind = keyof typeof EVIDENCE;
export const EVIDENCE_KINDS = Object.keys(EVIDENCE) as readonly EvidenceKind[];

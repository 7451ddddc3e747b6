import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { Comparison } from './compare.ts';
import type { Contender } from './contenders.ts';

/** Overlapping episodes of one or several contenders in the same stream. */
export interface Finding {
  readonly startAt: number;
  readonly endAt: number;
  /** The episode with the highest score; its sentence is shown. */
  readonly worst: Anomaly;
  readonly by: readonly Contender[];
}

/** Readings between two episodes that still belong together. */
const SLACK = 3;

/** Joins the episodes of all contenders that overlap in time, stream and kind, in the order of time. */
export function findingsOf({
  results,
  rows,
  firstAt,
  lastAt,
}: Pick<Comparison, 'results' | 'rows' | 'firstAt' | 'lastAt'>): readonly Finding[] {
  const slack = (SLACK * (lastAt - firstAt)) / Math.max(1, rows - 1);
  const all = results
    .flatMap(({ contender, episodes }) => episodes.map((anomaly) => ({ contender, anomaly })))
    .sort((a, b) => a.anomaly.startAt - b.anomaly.startAt);
  const findings: { startAt: number; endAt: number; worst: Anomaly; by: Set<Contender> }[] = [];
  const last = new Map<string, (typeof findings)[number]>(); // of each stream and kind
  for (const { contender, anomaly } of all) {
    const key = `${anomaly.stream} ${anomaly.kind}`;
    const endAt = anomaly.endAt ?? lastAt;
    const finding = last.get(key);
    if (finding === undefined || anomaly.startAt > finding.endAt + slack) {
      const begun = { startAt: anomaly.startAt, endAt, worst: anomaly, by: new Set([contender]) };
      findings.push(begun);
      last.set(key, begun);
    } else {
      finding.endAt = Math.max(finding.endAt, endAt);
      finding.by.add(contender);
      if (anomaly.score > finding.worst.score) finding.worst = anomaly;
    }
  }
  return findings.map(({ by, ...rest }) => ({
    ...rest,
    by: results.map(({ contender }) => contender).filter((contender) => by.has(contender)),
  }));
}

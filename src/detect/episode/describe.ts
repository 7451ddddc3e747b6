import { known } from '../../math/known.ts';
import type { Anomaly, AnomalyKind, Ending } from './anomaly.ts';
import type { Episode } from './episode.ts';
import { CAUSES, type Cause, type Finding } from './finding.ts';
import type { Calendar } from '../forecast/calendar.ts';
import type { SeriesInfo } from '../reading.ts';
import { reasonOf } from './reason.ts';
import { isSensorFault } from '../sensor/fault.ts';
import { severityOf } from './severity.ts';
import { sharesOf } from './shares.ts';

const kindOf = (cause: Cause): AnomalyKind =>
  cause === 'drift' ? 'drift' : isSensorFault(cause) ? 'sensor' : 'process';

/** An episode as it is published, from its times and its peak. `endedBy` is null while it is open. */
export function toAnomaly(
  stream: string,
  series: readonly SeriesInfo[],
  episode: Pick<Episode, 'startAt' | 'openedAt' | 'peakAt' | 'lastOverAt'>,
  peak: Finding,
  endedBy: Ending | null,
  calendar: Calendar,
): Anomaly {
  const leading = series[peak.series];
  const kind = kindOf(peak.cause);
  const contributions = sharesOf(peak.scores, peak.series);
  const evidence = sharesOf(peak.evidence, CAUSES.indexOf(peak.cause));
  return {
    id: `${kind === 'sensor' ? leading.slug : stream}-${kind[0]}${Math.round(episode.openedAt).toString(36)}`,
    stream,
    series: leading.slug,
    ...(leading.label === undefined ? {} : { label: leading.label }),
    kind,
    severity: severityOf(peak.effect),
    startAt: episode.startAt,
    openedAt: episode.openedAt,
    peakAt: episode.peakAt,
    endAt: endedBy === null ? null : episode.lastOverAt,
    endedBy,
    score: peak.score,
    confidence: peak.confidence,
    value: peak.cause === 'silent' ? null : known(peak.value),
    expected: known(peak.expected),
    lower: known(peak.lower),
    upper: known(peak.upper),
    ...(Number.isNaN(peak.gapFrom) ? {} : { gap: [peak.gapFrom, peak.gapTo] as const }),
    unit: leading.unit,
    contributions: Object.fromEntries(series.map((info, d) => [info.slug, contributions[d]])),
    evidence: Object.fromEntries(
      CAUSES.map((cause, i): [Cause, number] => [cause, evidence[i]]).filter(([, share]) => share > 0),
    ),
    reason: reasonOf(peak, leading, episode.startAt, calendar),
    incident: null,
  };
}

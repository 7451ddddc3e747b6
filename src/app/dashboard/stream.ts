import { EVIDENCE_KINDS } from '../../detect/evidence/kind.ts';
import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { SeriesInfo } from '../../detect/reading.ts';
import { known } from '../../math/known.ts';
import * as c from '../../stream/history/bucket.ts';
import { beginOf, readWindow } from '../../stream/history/downsample.ts';
import type { SeriesHistory } from '../../stream/history/port.ts';
import { TIERS, type Window } from '../../stream/history/tiers.ts';
import type { Stream } from '../pipeline/stream.ts';
import type { PipelineView } from '../pipeline/view.ts';
import { detailsOf } from './alarm-facts.ts';
import type { Share } from './contract/alarm.ts';
import type { AlarmBody, HistoryBody, HistoryColumns } from './contract/stream.ts';

/** A series that is monitored now. */
export interface FoundSeries {
  readonly monitor: Stream;
  readonly d: number;
  readonly info: SeriesInfo;
}

/** The series of that name; of the name of a group its first series. Null for an unknown name. */
export function findSeries(view: PipelineView | null, name: string): FoundSeries | null {
  for (const monitor of view?.monitors() ?? []) {
    const d = monitor.series.findIndex(({ slug }) => slug === name);
    if (d >= 0) return { monitor, d, info: monitor.series[d] };
  }
  const group = view?.monitors().find(({ stream }) => stream === name);
  return group === undefined ? null : { monitor: group, d: 0, info: group.series[0] };
}

/** Digits of single precision. */
const DIGITS = 7;
/** JSON has no infinite number. */
const MAX_SCORE = 999;
const short = (x: number): number | null => (Number.isFinite(x) ? Number(x.toPrecision(DIGITS)) : null);

const COLUMNS: Readonly<Record<Exclude<keyof HistoryColumns, 'count'>, number>> = {
  min: c.MIN,
  max: c.MAX,
  mean: c.MEAN,
  expected: c.EXPECTED,
  lower: c.LOWER,
  upper: c.UPPER,
  gapFrom: c.GAP_FROM,
  gapTo: c.GAP_TO,
  score: c.SCORE,
  kind: c.KIND,
  networkLoss: c.NETWORK_LOSS,
  baselineLoss: c.BASELINE_LOSS,
};

function columnsOf(buckets: Float64Array): HistoryColumns {
  const column = (place: number): (number | null)[] => {
    const values: (number | null)[] = [];
    let any = false;
    for (let i = place; i < buckets.length; i += c.COLUMNS) {
      values.push(short(place === c.SCORE ? Math.min(MAX_SCORE, buckets[i]) : buckets[i]));
      any ||= values[values.length - 1] !== null;
    }
    return any ? values : [];
  };
  const count = Array.from({ length: buckets.length / c.COLUMNS }, (_, k) => buckets[k * c.COLUMNS + c.COUNT]);
  const rest = Object.entries(COLUMNS).map(([name, place]) => [name, column(place)]);
  return { count, ...(Object.fromEntries(rest) as Omit<HistoryColumns, 'count'>) };
}

/** A window of the history of a series. */
export function historyBody(
  { monitor, info }: FoundSeries,
  history: SeriesHistory | null,
  window: Window,
  now: number,
): HistoryBody {
  const read = history === null ? null : readWindow(history, window);
  const oldest = history === null ? Infinity : beginOf(history);
  return {
    series: info.slug,
    label: info.label ?? null,
    stream: monitor.stream,
    unit: info.unit,
    now,
    from: window.from,
    until: window.until,
    bucketMs: read?.bucketMs ?? TIERS[0].bucketMs,
    storedMs: TIERS[read?.tier ?? 0].bucketMs,
    oldest: known(oldest),
    kept: history !== null,
    at: read === null ? [] : [...read.at],
    columns: columnsOf(read?.buckets ?? new Float64Array(0)),
    kinds: EVIDENCE_KINDS,
  };
}

/** The largest first, those above 1 %. */
export const sharesOf = (shares: Readonly<Record<string, number>>): readonly Share[] =>
  Object.entries(shares)
    .map(([name, share]) => ({ name, share }))
    .filter(({ share }) => share >= 0.01)
    .sort((a, b) => b.share - a.share);

export const alarmBody = (alarm: Anomaly, verdict: AlarmBody['verdict']): AlarmBody => ({
  ...detailsOf(alarm, sharesOf),
  incident: alarm.incident,
  verdict,
});

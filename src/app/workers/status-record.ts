import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { SeriesForecastStatus } from '../../detect/monitor/stream-status.ts';
import type { StreamView } from '../pipeline/stream.ts';

/** The state of one series as plain data. */
export interface SeriesRecord extends SeriesForecastStatus {
  readonly readings: number;
  readonly warmup: number;
  readonly readyInMs: number;
  readonly unseen: ReturnType<StreamView['unseenBy']>;
  readonly heldUntil: number;
  readonly sameEventUntil: number;
  readonly score: number;
  readonly fault: ReturnType<StreamView['faultOf']>;
  readonly faultScore: number;
  readonly inMaintenance: boolean;
  readonly lost: boolean;
  readonly mode: string | null;
}

const WHOLE = [
  ...([
    'samples',
    'warmup',
    'coolDownUntil',
    'score',
    'leading',
    'alarmed',
    'anomalous',
    'suspect',
    'drifting',
  ] as const),
  ...(['frozen', 'sensitivity', 'siteSensitivity', 'sensitivitySet'] as const),
] as const;

/** The state of a stream as plain data that goes from one thread to another. */
export type StatusRecord = Pick<StreamView, (typeof WHOLE)[number]> & { readonly series: readonly SeriesRecord[] };

export const recordOf = ({ status, detector }: StreamMonitor): StatusRecord => ({
  ...(Object.fromEntries(WHOLE.map((name) => [name, status[name]])) as Pick<StreamView, (typeof WHOLE)[number]>),
  series: status.series.map((_, d) => ({
    ...status.forecastOf(d),
    readings: detector.series[d].readings,
    warmup: status.warmupOf(d),
    readyInMs: status.readyInMs(d),
    unseen: status.unseenBy(d),
    heldUntil: status.heldUntil(d),
    sameEventUntil: status.sameEventUntil(d),
    score: status.scoreOf(d),
    fault: status.faultOf(d),
    faultScore: status.faultScoreOf(d),
    inMaintenance: status.inMaintenance(d),
    lost: status.isLost(d),
    mode: status.modeOf(d),
  })),
});

import { known } from '../../../math/known.ts';
import type { StreamView } from '../../pipeline/stream.ts';
import type { PipelineView } from '../../pipeline/view.ts';
import type { NowRow, RowState } from '../contract/now.ts';

/** The streams as rows, those that stopped too. */
export const rowsOf = (view: PipelineView): readonly NowRow[] => [
  ...view.streams().map((status) => rowOf(view, status)),
  ...view.stopped().map(stoppedRow),
];

const rowOf = (view: PipelineView, status: StreamView): NowRow => {
  // Of a group its own state is the last one.
  const state = view.statesOf(status).at(-1)!;
  const { value, expected, lower, upper, unit, warmup, readyInMs } = state;
  return {
    stream: status.stream,
    label: state.label,
    series: status.series.length,
    leading: status.series[Math.max(0, status.suspect >= 0 ? status.suspect : status.leading)].slug,
    state: stateOf(status),
    score: known(status.score),
    ...{ value, expected, lower, upper, unit, warmup, readyInMs },
    frozen: state.frozen === 'ON',
    muted: state.muted === 'ON',
    maintenanceUntil: state.maintenanceUntil,
  };
};

const stateOf = (status: StreamView): RowState => {
  if (status.anomalous) return 'alarm';
  const faults = status.series.map((_, d) => status.faultOf(d));
  if (faults.every((fault) => fault === 'silent')) return 'silent';
  if (faults.some((fault) => fault !== null)) return 'sensor';
  if (status.drifting >= 0) return 'drift';
  return status.warmup < 1 ? 'learning' : 'ready';
};

const stoppedRow = (stream: string): NowRow => ({
  ...{ stream, label: null, series: 1, leading: stream, state: 'stopped', score: null, value: null, expected: null },
  ...{ lower: null, upper: null, unit: '', warmup: 0, readyInMs: null, frozen: false, muted: false },
  maintenanceUntil: null,
});

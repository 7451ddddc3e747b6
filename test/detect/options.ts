import { UTC } from '../../src/detect/forecast/calendar.ts';
import type { SeriesInfo } from '../../src/detect/reading.ts';
import type { MonitorOptions } from '../../src/detect/stream-monitor.ts';

/** What an operator gets who tunes nothing. */
export const DEFAULTS: MonitorOptions = {
  network: true,
  cell: 'gru',
  peepholes: false,
  learner: 'tbptt',
  hiddenSize: 16,
  horizon: 16,
  trainEvery: 1,
  learningRate: 0.003,
  seed: 1,
  warmup: 400,
  warmupTimeMs: 0,
  onAnomaly: 'hold',
  holdForMs: 86_400_000,
  sensitivity: 1,
  alarmsPerWeek: 1,
  minDurationMs: 0,
  closeAfter: 3,
  hysteresis: 0.7,
  coolDownMs: 3_600_000,
  silentAfterMs: 'auto',
  stuckAfter: 'auto',
  calendar: UTC,
  kernel: null,
};

/** A series of which the operator says nothing but `more`. */
export const infoOf = (slug: string, more: Partial<SeriesInfo> = {}): SeriesInfo => ({
  slug,
  unit: '',
  range: null,
  only: 'both',
  ...more,
});

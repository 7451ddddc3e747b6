import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import { known } from '../../math/known.ts';
import type { AlertPort, SeriesState } from '../../stream/ports.ts';
import { isDue } from './due.ts';

/** What the outside may know of series d. In a group it is under suspicion when it leads the open episode. */
function stateOf(monitor: StreamMonitor, d: number, at: number): SeriesState {
  const { slug, unit } = monitor.series[d];
  const { forecaster } = monitor.detector;
  const { value, expected, lower, upper, forecast } = monitor.detector.series[d];
  const fault = monitor.faultOf(d);
  return {
    slug,
    at,
    phase: fault === 'silent' ? 'silent' : monitor.warmupOf(d) < 1 ? 'learning' : 'ready',
    warmup: monitor.warmupOf(d),
    value: known(value),
    expected: known(expected),
    lower: known(lower),
    upper: known(upper),
    score: known(monitor.scoreOf(d)),
    anomaly: fault !== null || monitor.suspect === d ? 'ON' : 'OFF',
    drift: monitor.drifting === d ? 'ON' : 'OFF',
    margin: forecaster === null ? null : known(forecast.selection.margin),
    unit,
  };
}

/** Of a group as a whole: the score of all, the numbers of the series that leads. */
function groupStateOf(monitor: StreamMonitor, at: number): SeriesState {
  const leading = stateOf(monitor, monitor.leading, at);
  const silent = monitor.series.every((_, d) => monitor.faultOf(d) === 'silent');
  return {
    ...leading,
    slug: monitor.stream,
    phase: silent ? 'silent' : monitor.warmup < 1 ? 'learning' : 'ready',
    warmup: monitor.warmup,
    anomaly: monitor.anomalous || leading.anomaly === 'ON' ? 'ON' : 'OFF',
    drift: monitor.drifting < 0 ? 'OFF' : 'ON',
  };
}

const statesOf = (monitor: StreamMonitor, at: number): SeriesState[] => {
  const states = monitor.series.map((_, d) => stateOf(monitor, d, at));
  return states.length > 1 ? [...states, groupStateOf(monitor, at)] : states;
};

/**
 * Tells the outside of each stream's states at most once in `everyMs`, and at once when one of them goes into another
 * phase or becomes anomalous. Time is that of the messages, so that a replay tells what the service told.
 */
export class StatePublisher {
  private readonly alerts: AlertPort;
  private readonly everyMs: number;
  private readonly published = new Map<StreamMonitor, { at: number; kinds: string }>();

  constructor(alerts: AlertPort, everyMs: number) {
    this.alerts = alerts;
    this.everyMs = everyMs;
  }

  publish(monitor: StreamMonitor, at: number): void {
    const before = this.published.get(monitor);
    const kinds = kindsOf(monitor);
    if (before?.kinds === kinds && !isDue(at, before.at, this.everyMs)) return;
    this.published.set(monitor, { at, kinds });
    for (const state of statesOf(monitor, at)) this.alerts.state(state);
  }
}

/** What must not wait, as one comparable text. */
const kindsOf = (monitor: StreamMonitor): string =>
  `${monitor.warmup < 1} ${monitor.suspect} ${monitor.drifting} ${monitor.series.map((_, d) => monitor.faultOf(d)).join()}`;

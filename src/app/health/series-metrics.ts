import type { StreamView } from '../pipeline/stream.ts';
import type { AddMetric } from './registry.ts';

/** One value of one series; NaN where it is not known. */
type Figure = (status: StreamView, d: number) => number;

const FIGURES: readonly (readonly [name: string, help: string, figure: Figure])[] = [
  ['score', 'Score of the last sample; above 1 is anomalous.', (status, d) => status.scoreOf(d)],
  ['value', 'Last value.', (status, d) => status.forecastOf(d).value],
  ['expected', 'Its forecast.', (status, d) => status.forecastOf(d).expected],
  ['lower', 'Lower limit of its 99 % band.', (status, d) => status.forecastOf(d).lower],
  ['upper', 'Upper limit of its 99 % band.', (status, d) => status.forecastOf(d).upper],
];

/** Gauges with the name of the series as label, for the first `maxSeries` series. Each costs Prometheus five time series. */
export const seriesMetrics = (gauge: AddMetric, streams: () => readonly StreamView[], maxSeries: number): void => {
  for (const [name, help, figure] of FIGURES)
    gauge(`series_${name}`, help, ['series'], () => {
      const all = streams().flatMap((status) => status.series.map(({ slug }, d) => ({ series: slug, status, d })));
      return all
        .slice(0, maxSeries)
        .map(({ series, status, d }) => [{ series }, figure(status, d)] as const)
        .filter(([, value]) => Number.isFinite(value));
    });
};

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** The values of one metric. */
export type Values = Iterable<readonly [labels: Record<string, string>, value: number]>;
export type AddMetric = (
  name: string,
  help: string,
  labelNames: readonly string[],
  values: () => Values | Promise<Values>,
) => void;

export interface Metrics {
  readonly contentType: string;
  /** The present values in Prometheus's text format. */
  text(): Promise<string>;
}

/** The histogram of the event loop's delay wakes the processor this often; prom-client's own 10 ms would keep a Pi from resting. */
const LOOP_PRECISION_MS = 200;

/**
 * Metrics of a process whose values are read at each scrape, so that nothing is counted twice and nothing costs between scrapes. Their names
 * begin with `prefix`, and those of counters end with `_total`.
 */
export function openRegistry(prefix: string): {
  readonly registry: Registry;
  readonly gauge: AddMetric;
  readonly counter: AddMetric;
  readonly metrics: Metrics;
} {
  const registry = new Registry();
  const registers = [registry];
  const gauge: AddMetric = (name, help, labelNames, values) => {
    new Gauge({
      ...{ name: `${prefix}_${name}`, help, labelNames, registers },
      async collect() {
        const all = await values();
        this.reset();
        for (const [labels, value] of all) this.set(labels, value);
      },
    });
  };
  const counter: AddMetric = (name, help, labelNames, values) => {
    new Counter({
      ...{ name: `${prefix}_${name}_total`, help, labelNames, registers },
      async collect() {
        const all = await values();
        this.reset();
        for (const [labels, value] of all) this.inc(labels, value);
      },
    });
  };
  const metrics: Metrics = { contentType: registry.contentType, text: () => registry.metrics() };
  return { registry, gauge, counter, metrics };
}

/** Adds prom-client's own metrics of the process, and the version. */
export function addProcessMetrics(registry: Registry, gauge: AddMetric, version: string): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  gauge('build_info', 'Version of zankyo and Node.', ['version', 'node'], () => [
    [{ version, node: process.version }, 1],
  ]);
}

export const single = (value: number): Values => [[{}, value]];

export const byKey = (label: string, counts: Iterable<readonly [string, number]>): Values =>
  [...counts].map(([key, value]) => [{ [label]: key }, value] as const);

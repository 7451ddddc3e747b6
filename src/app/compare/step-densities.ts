import { BINS, softTarget } from '../../detect/bins.ts';
import { ContextDensity } from '../../detect/context-density.ts';
import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import { Memory } from '../../math/memory.ts';

const DAY_MS = 86_400_000;

/** Which steps are usual at a time of day, learned beside a stream: a forecast without a network. */
export class StepDensities {
  private readonly streams = new Map<StreamMonitor, { densities: readonly ContextDensity[]; p: Float64Array }>();
  private readonly q = new Float64Array(BINS);

  /** Learns from the last sample of the stream, and forecasts the next: D blocks of BINS. */
  forecast(monitor: StreamMonitor): Float64Array {
    const { series, verdict } = monitor.detector;
    let own = this.streams.get(monitor);
    if (own === undefined) {
      own = {
        densities: series.map(() => new ContextDensity(new Memory())),
        p: new Float64Array(series.length * BINS),
      };
      this.streams.set(monitor, own);
    }
    const phi = (2 * Math.PI * (verdict.at % DAY_MS)) / DAY_MS;
    for (const [d, density] of own.densities.entries()) {
      if (!Number.isNaN(series[d].value)) {
        softTarget(series[d].step, this.q, 0);
        density.learn(this.q, 0);
      }
      density.advance(Math.sin(phi), Math.cos(phi));
      density.forecast();
      own.p.set(density.p, d * BINS);
    }
    return own.p;
  }
}

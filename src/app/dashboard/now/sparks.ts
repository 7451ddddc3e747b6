import { known } from '../../../math/known.ts';
import { MINUTE_MS } from '../../../math/time.ts';
import type { PipelineView } from '../../pipeline/view.ts';

/** Points of a sparkline, and the time from one to the next: two hours. */
const POINTS = 60;
export const SPARK_MS = 2 * MINUTE_MS;
/** How often the time is looked at. */
const LOOK_MS = 1_000;

/**
 * The course of each stream's value, one point in two minutes: of a group, the value of its first series. It costs 240 bytes for
 * each stream, and one look at each in two minutes.
 */
export class Sparks {
  private readonly rings = new Map<string, Float32Array>();
  private readonly view: () => PipelineView | null;
  private readonly now: () => number;
  private readonly timer: NodeJS.Timeout;
  private sampledAt = -Infinity;
  /** Samples so far: a number that changes with each. */
  taken = 0;

  constructor(view: () => PipelineView | null, now: () => number) {
    this.view = view;
    this.now = now;
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The values of a stream, the oldest first; null where there was none. */
  of(stream: string): readonly (number | null)[] {
    const ring = this.rings.get(stream);
    if (ring === undefined) return [];
    const values = Array.from({ length: POINTS }, (_, i) => ring[(this.taken + i) % POINTS]);
    const first = values.findIndex((value) => !Number.isNaN(value));
    return first < 0 ? [] : values.slice(first).map(known);
  }

  /** Takes a sample where one is due. */
  look(): void {
    const at = this.now();
    const view = this.view();
    // A clock that was set back must not stop the course.
    if (view === null || (at >= this.sampledAt && at < this.sampledAt + SPARK_MS)) return;
    this.sampledAt = at;
    const place = this.taken++ % POINTS;
    for (const ring of this.rings.values()) ring[place] = NaN;
    const streams = view.streams();
    for (const status of streams) {
      let ring = this.rings.get(status.stream);
      if (ring === undefined) this.rings.set(status.stream, (ring = new Float32Array(POINTS).fill(NaN)));
      const silent = status.faultOf(0) === 'silent';
      ring[place] = silent ? NaN : status.forecastOf(0).value;
    }
    if (this.rings.size > streams.length) {
      const present = new Set(streams.map(({ stream }) => stream));
      for (const stream of this.rings.keys()) if (!present.has(stream)) this.rings.delete(stream);
    }
  }
}

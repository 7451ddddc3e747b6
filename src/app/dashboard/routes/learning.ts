import type { Hono } from 'hono';
import { LearningWatch } from '../../../detect/monitor/learning-watch.ts';
import type { StreamMonitor } from '../../../detect/stream-monitor.ts';
import type { Refusal } from '../contract.ts';
import type { LearningBody, LearningChoice } from '../contract/learning.ts';
import { analyse, learningBody, type Analysis } from '../learning/body.ts';
import { LearningWatches, READINGS } from '../learning/watches.ts';
import type { Channel, LiveSource } from '../live.ts';
import type { Stream } from '../../pipeline/stream.ts';
import type { DashboardSources } from '../sources.ts';

const IN_THREAD: Refusal = {
  code: 'in_worker_thread',
  text: 'The streams are in worker threads, and this page cannot look into a network there. Set workers: off in the site file to see it.',
};

type Sources = Pick<DashboardSources, 'now' | 'pipeline'>;

/** A stream by its name, or by that of one of its series. */
const find = ({ pipeline }: Sources, name: string): Stream | undefined =>
  pipeline()
    ?.monitors()
    .find(({ stream, series }) => stream === name || series.some(({ slug }) => slug === name));

/** A look into a network needs the thread that the network is in. */
const isHere = (stream: Stream | undefined): stream is StreamMonitor => stream?.detector !== undefined;

const findHere = (sources: Sources, name: string): StreamMonitor | undefined => {
  const stream = find(sources, name);
  return isHere(stream) ? stream : undefined;
};

const choiceOf = ({ stream, series, status, detector }: Stream): LearningChoice => {
  const network = detector?.forecaster?.network;
  const margins = series.map((_, d) => status.forecastOf(d).margin).filter((margin) => margin !== null);
  return {
    stream,
    labels: series.map(({ slug, label }) => label ?? slug),
    network:
      network === undefined
        ? margins.length === 0
          ? null
          : 'in a worker thread'
        : `${network.options.cell}, ${network.options.hiddenSize} units, ${network.options.learner}`,
    samples: status.samples,
    margin: margins.length === 0 ? null : Math.min(...margins),
  };
};

/** The page `learning`: the streams to choose from, and one of them. A stream that nobody watches has few readings to show. */
export const learningRoutes =
  (sources: Sources) =>
  (app: Hono): void => {
    app.get('/api/learning', (context) =>
      context.json<readonly LearningChoice[]>((sources.pipeline()?.monitors() ?? []).map(choiceOf)),
    );
    app.get('/api/streams/:stream/learning', (context) => {
      const name = context.req.param('stream');
      const monitor = find(sources, name);
      if (monitor === undefined)
        return context.json<Refusal>({ code: 'stream_unknown', text: `There is no stream "${name}".` }, 404);
      if (!isHere(monitor)) return context.json<Refusal>(IN_THREAD, 409);
      const { observer } = monitor.detector;
      const recorded = observer instanceof LearningWatch;
      const watch = recorded ? observer : new LearningWatch(monitor.detector, READINGS);
      return context.json(learningBody(monitor, watch, analyse(watch), { now: sources.now(), recorded }));
    });
  };

/** Twice a second for a fast stream; nothing between two readings. */
const EVERY_MS = 500;
/**
 * The gradient by lag costs the most: some milliseconds on a PC, more on a Pi. It is computed once a second at most, and takes this
 * share of the time at most.
 */
const ANALYSE_MS = 1_000;
const ANALYSE_SHARE = 1 / 20;

/** The event `learning` of a stream. The stream is recorded while at least one client listens. */
export const learningChannel = (sources: Sources, watches = new LearningWatches()): Channel => ({
  name: 'learning',
  everyMs: EVERY_MS,
  open: (name) => (findHere(sources, name) === undefined ? null : new LearningSource(sources, watches, name)),
});

class LearningSource implements LiveSource {
  private readonly sources: Sources;
  private readonly watches: LearningWatches;
  private readonly name: string;
  private monitor: StreamMonitor;
  private watch: LearningWatch;
  private recorded = false;
  private analysis: Analysis | null = null;
  private analyseFrom = -Infinity;
  private analysedCount = -1;
  private sentCount = -1;

  constructor(sources: Sources, watches: LearningWatches, name: string) {
    this.sources = sources;
    this.watches = watches;
    this.name = name;
    this.monitor = findHere(sources, name)!;
    this.watch = this.begin(this.monitor);
  }

  whole(): LearningBody {
    const { monitor, watch, recorded, sources } = this;
    if (this.analysisIsDue()) {
      const began = performance.now();
      this.analysedCount = watch.count;
      this.analysis = analyse(watch);
      const now = performance.now();
      this.analyseFrom = now + Math.max(ANALYSE_MS, (now - began) / ANALYSE_SHARE);
    }
    return learningBody(monitor, watch, this.analysis, { now: sources.now(), recorded });
  }

  change(): LearningBody | null {
    const monitor = findHere(this.sources, this.name);
    if (monitor !== undefined && monitor !== this.monitor) {
      this.close();
      this.monitor = monitor;
      this.watch = this.begin(monitor);
      this.analyseFrom = this.analysedCount = this.sentCount = -Infinity;
    }
    const { count } = this.watch;
    if (count === this.sentCount && !this.analysisIsDue()) return null;
    this.sentCount = count;
    return this.whole();
  }

  close(): void {
    if (this.recorded) this.watches.release(this.watch);
  }

  private analysisIsDue(): boolean {
    return this.watch.count !== this.analysedCount && performance.now() >= this.analyseFrom;
  }

  /** Where four streams are watched already, this one shows what the tape of the network has. */
  private begin(monitor: StreamMonitor): LearningWatch {
    const watch = this.watches.begin(monitor);
    this.recorded = watch !== null;
    return watch ?? new LearningWatch(monitor.detector, READINGS);
  }
}

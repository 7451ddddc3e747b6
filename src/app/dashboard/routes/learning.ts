import type { Hono } from 'hono';
import type { StreamMonitor } from '../../../detect/stream-monitor.ts';
import type { Refusal } from '../contract.ts';
import type { LearningBody, LearningChoice } from '../contract/learning.ts';
import { learningNow, RecordedLearning, type StreamLearning } from '../learning/stream-learning.ts';
import { LearningWatches } from '../learning/watches.ts';
import type { Channel, LiveSource } from '../live.ts';
import type { Stream } from '../../pipeline/stream.ts';
import { RemoteLearning } from '../../workers/remote-learning.ts';
import { RemoteStream } from '../../workers/remote-stream.ts';
import type { DashboardSources } from '../sources.ts';

type Sources = Pick<DashboardSources, 'now' | 'pipeline'>;

/** A stream by its name, or by that of one of its series. In this thread it is a monitor. */
const find = ({ pipeline }: Sources, name: string): StreamMonitor | RemoteStream | undefined =>
  pipeline()
    ?.monitors()
    .find(({ stream, series }) => stream === name || series.some(({ slug }) => slug === name)) as
    StreamMonitor | RemoteStream | undefined;

const choiceOf = (monitor: Stream): LearningChoice => {
  const { stream, series, status, detector } = monitor;
  const network = monitor instanceof RemoteStream ? monitor.network : (detector?.forecaster?.network.options ?? null);
  const margins = series.map((_, d) => status.forecastOf(d).margin).filter((margin) => margin !== null);
  return {
    stream,
    labels: series.map(({ slug, label }) => label ?? slug),
    network: network === null ? null : `${network.cell}, ${network.hiddenSize} units, ${network.learner}`,
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
      const stream = find(sources, name);
      if (stream === undefined)
        return context.json<Refusal>({ code: 'stream_unknown', text: `There is no stream "${name}".` }, 404);
      const now = sources.now();
      return context.json<LearningBody>(
        stream instanceof RemoteStream ? stream.thread.ask('learning', [stream.number, now]) : learningNow(stream, now),
      );
    });
  };

/** Twice a second for a fast stream; nothing between two readings. */
const EVERY_MS = 500;

/** The event `learning` of a stream. The stream is recorded while at least one client listens. */
export const learningChannel = (sources: Sources, watches = new LearningWatches()): Channel => ({
  name: 'learning',
  everyMs: EVERY_MS,
  open: (name) => {
    const stream = find(sources, name);
    return stream === undefined ? null : new LearningSource(sources, watches, name, stream);
  },
});

/** The stream that has this name now: a new site file, or a high load, can put another one in its place. */
class LearningSource implements LiveSource {
  private readonly sources: Sources;
  private readonly watches: LearningWatches;
  private readonly name: string;
  private stream: StreamMonitor | RemoteStream;
  private learning: StreamLearning;

  constructor(sources: Sources, watches: LearningWatches, name: string, stream: StreamMonitor | RemoteStream) {
    this.sources = sources;
    this.watches = watches;
    this.name = name;
    this.stream = stream;
    this.learning = this.begin();
  }

  whole(): LearningBody {
    return this.present().whole(this.sources.now());
  }

  change(): LearningBody | null {
    return this.present().change(this.sources.now());
  }

  close(): void {
    this.learning.close();
  }

  private present(): StreamLearning {
    const stream = find(this.sources, this.name);
    if (stream !== undefined && stream !== this.stream) {
      this.learning.close();
      this.stream = stream;
      this.learning = this.begin();
    }
    return this.learning;
  }

  private begin(): StreamLearning {
    const { stream, watches, sources } = this;
    return stream instanceof RemoteStream
      ? new RemoteLearning(stream, sources.now())
      : new RecordedLearning(watches, stream);
  }
}

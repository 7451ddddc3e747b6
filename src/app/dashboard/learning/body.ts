import type { LearningWatch } from '../../../detect/monitor/learning-watch.ts';
import type { StreamMonitor } from '../../../detect/stream-monitor.ts';
import { known } from '../../../math/known.ts';
import { learnerOf } from '../../../nn/build-learner.ts';
import { activationsOf, HIDDEN, type Activation } from '../../../nn/inspect/activations.ts';
import { lagBelow } from '../../../nn/inspect/gradient-by-lag.ts';
import type { NetworkInspector } from '../../../nn/inspect/network-inspector.ts';
import { EVENTS } from '../../../nn/network.ts';
import { SimdCore } from '../../../nn/simd-core.ts';
import type {
  Activations,
  LearningBody,
  LearningNetwork,
  LearningSeries,
  ParameterNorms,
  Reach,
} from '../contract/learning.ts';

/** Share of the gradient at lag 0 below which a loss no longer reaches. */
const NEGLIGIBLE = 0.01;

/** The parts that cost most, which need not be new in every frame. */
export interface Analysis {
  readonly reach: Reach | null;
  readonly radius: number | null;
  readonly norm: number;
  readonly tensors: readonly ParameterNorms[];
}

/** How far back the gradient reaches and how large the parameters are, now. Null without a network. */
export function analyse(watch: LearningWatch): Analysis | null {
  const { inspector } = watch;
  if (inspector === null) return null;
  const found = watch.gradientByLag();
  const radius = inspector.recurrentRadius();
  return {
    reach:
      found === null
        ? null
        : {
            gradient: Array.from(found.gradient, short),
            gain: Array.from(found.gain, short),
            fallsAt: lagBelow(found.gradient, NEGLIGIBLE),
          },
    radius: radius === null ? null : short(radius),
    norm: short(inspector.norm),
    tensors: inspector.parameterNorms().map(({ name, shape, norm, rms, update, gradient }) => ({
      name,
      shape,
      norm: short(norm),
      rms: short(rms),
      update: update === null ? null : short(update),
      gradient: short(gradient),
    })),
  };
}

/** How a stream learns, from its recording and the last analysis. */
export function learningBody(
  monitor: StreamMonitor,
  watch: LearningWatch,
  analysis: Analysis | null,
  { now, recorded }: { readonly now: number; readonly recorded: boolean },
): LearningBody {
  const { status, detector } = monitor;
  return {
    stream: monitor.stream,
    now,
    recorded,
    samples: status.samples,
    warmup: status.warmup,
    frozen: status.frozen,
    intervalMs: detector.intervalMs > 0 ? detector.intervalMs : null,
    times: over(watch.kept, (t) => watch.timeOf(t), Math.round),
    series: monitor.series.map((_, d) => seriesBody(monitor, watch, d)),
    network:
      watch.inspector === null || analysis === null
        ? null
        : { ...networkBody(watch.inspector, watch.kept), ...analysis },
  };
}

function seriesBody({ series, detector }: StreamMonitor, watch: LearningWatch, d: number): LearningSeries {
  const { slug, label, unit } = series[d];
  const { networkLoss, baselineLoss, margin } = detector.series[d].forecast.selection;
  // Without a network no loss is averaged, and before the first comparison both means are 0.
  const compared = detector.forecaster !== null && baselineLoss > 0;
  return {
    slug,
    label: label ?? slug,
    unit,
    values: over(watch.kept, (t) => watch.valueOf(t, d)),
    networkLosses: over(watch.kept, (t) => watch.networkLossOf(t, d)),
    baselineLosses: over(watch.kept, (t) => watch.baselineLossOf(t, d)),
    margins: over(watch.kept, (t) => watch.marginOf(t, d)),
    networkMean: compared ? short(networkLoss) : null,
    baselineMean: compared ? short(baselineLoss) : null,
    margin: compared ? short(margin) : null,
  };
}

function networkBody(inspector: NetworkInspector, kept: number): Omit<LearningNetwork, keyof Analysis> {
  const { network } = inspector;
  const { options, core } = network;
  const { cell, learner } = options;
  const real = learnerOf(cell, learner);
  return {
    cell,
    peepholes: options.peepholes && cell === 'lstm',
    learner,
    exact: real === 'rtrl' || (real === 'snap1' && cell === 'elementwise'),
    arithmetic: core instanceof SimdCore ? 'Float32, SIMD' : 'Float64',
    inputs: options.inputSize,
    units: options.hiddenSize,
    parameters: core.parameterCount,
    horizon: real === 'tbptt' ? options.horizon : null,
    trainEvery: real === 'tbptt' ? options.trainEvery : 1,
    learningRate: options.learningRate,
    clip: options.clip,
    counts: Object.fromEntries(EVENTS.map((event) => [event, network.count(event)])),
    activations: [HIDDEN, ...activationsOf(cell)].map((activation) => picture(inspector, activation)),
    gradients: over(kept, (t) => inspector.normAt(t)),
    updates: over(kept, (t) => inspector.updateAt(t)),
  };
}

function picture(inspector: NetworkInspector, activation: Activation): Activations {
  const { symbol, name, span, keeps } = activation;
  const values = new Float64Array(inspector.kept * inspector.network.options.hiddenSize);
  inspector.activation(activation, values);
  const scale = span === 'open' ? values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9) : 1;
  const bytes = Uint8Array.from(values, (value) =>
    span === 'unit' ? Math.round(255 * value) : 128 + Math.round((127 * value) / scale),
  );
  return { symbol, name, span, scale: short(scale), keeps, bytes: Buffer.from(bytes).toString('base64') };
}

const over = (kept: number, of: (t: number) => number, round = short): (number | null)[] =>
  Array.from({ length: kept }, (_, t) => {
    const value = known(of(t));
    return value === null ? null : round(value);
  });

/** Five significant digits: more than a pixel shows. */
const short = (value: number): number => Number(value.toPrecision(5));

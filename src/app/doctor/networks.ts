import { statSync } from 'node:fs';
import { isLiteral } from '../../config/names.ts';
import type { Site } from '../../config/schema/site.ts';
import { mergeTuning, type Tuning } from '../../config/schema/tuning.ts';
import { Detector } from '../../detect/detector.ts';
import { AppError } from '../../errors.ts';
import { KERNEL_FILE, loadKernel } from '../../io/files/kernel-file.ts';
import { Memory } from '../../math/memory.ts';
import { Random } from '../../math/random.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { WITHOUT_KERNEL } from '../kernel.ts';
import { monitorOptions } from '../pipeline/monitor-options.ts';
import { ok, sizeText, warning, type Finding } from './finding.ts';

/** Networks of which each costs the same. */
export interface NetworkKind {
  readonly tuning: Tuning;
  readonly series: number;
  /** The first group that has one; null where each series has its own. */
  readonly group: string | null;
}

/** Kinds that are measured; a site with more is still one screen. */
const MAX_KINDS = 6;
/** Long enough for the compiler, which works beside it on a core that may be busy. */
const WARM_UP_MS = 300;
/** Long enough for the clock, and short enough that no other program runs in at least one batch. */
const BATCH_MS = 4;
const MEASURE_MS = 200;
/** A step that takes longer is reported: messages wait meanwhile. */
const SLOW_MICROSECONDS = 100_000;

/** The arithmetic of the networks, and the speed of those of the site, or of a site with default tuning. */
export function* examineNetworks(site: Site): Generator<Finding> {
  const { kernel, finding } = examineKernel();
  yield finding;
  const kinds = networksOf(site);
  for (const kind of kinds.slice(0, MAX_KINDS)) yield paceOf(kind, kernel);
  const left = kinds.length - MAX_KINDS;
  if (left > 0)
    yield ok(
      { part: 'networks', about: 'more' },
      `${left} further ${left === 1 ? 'kind is' : 'kinds are'} not measured.`,
    );
}

/** The core in use. `file`: by default the kernel that the build made. */
export function examineKernel(file = KERNEL_FILE): { readonly kernel: Kernel | null; readonly finding: Finding } {
  const place = { part: 'networks', about: 'core' } as const;
  const startedAt = performance.now();
  try {
    const kernel = loadKernel(file);
    const compileMs = performance.now() - startedAt;
    const { size } = statSync(file);
    const text = `SIMD kernel of ${sizeText(size)}, compiled in ${compileMs.toFixed(1)} ms: ${file}`;
    return { kernel, finding: ok(place, text, { core: 'simd', file, bytes: size, compileMs }) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message } = error;
    return {
      kernel: null,
      finding: { ...warning(place, `${message}; ${WITHOUT_KERNEL}.`, { core: 'float64' }), code },
    };
  }
}

/** Every kind of network of a site, those of single series first; a field in a group has no network of its own. */
export function networksOf(site: Site): NetworkKind[] {
  const grouped = new Set(Object.values(site.groups).flatMap(({ series }) => series));
  const all: NetworkKind[] = [
    ...site.inputs
      .flatMap(({ fields }) => fields)
      .filter(({ name }) => !(isLiteral(name) && grouped.has(name)))
      .map(({ tuning }) => ({ tuning: mergeTuning(site.tuning, tuning), series: 1, group: null })),
    ...Object.entries(site.groups).map(([group, { series, tuning }]) => ({
      tuning: mergeTuning(site.tuning, tuning),
      series: series.length,
      group,
    })),
  ];
  const kinds = new Map<string, NetworkKind>();
  for (const kind of all) {
    const key = `${nameOf(kind)} ${kind.tuning.horizon} ${kind.tuning.trainEvery}`;
    if (!kinds.has(key)) kinds.set(key, kind);
  }
  return [...kinds.values()];
}

/** `gru of 16 units, tbptt, 1 series` */
const nameOf = ({ tuning: { network, cell, peepholes, hiddenSize, learner }, series }: NetworkKind): string =>
  network
    ? `${cell}${cell === 'lstm' && peepholes ? ' with peepholes' : ''} of ${hiddenSize} units, ${learner}, ${series} series`
    : `no network, ${series} series`;

function paceOf(kind: NetworkKind, kernel: Kernel | null): Finding {
  const here = stepMicroseconds(kind, kernel);
  const float64 = kernel === null ? here : stepMicroseconds(kind, null);
  const streams = Math.floor(1e6 / here);
  const name = `${nameOf(kind)}${kind.group === null ? '' : ` (${kind.group})`}`;
  const compared = kernel === null ? '' : ` (Float64: ${microseconds(float64)})`;
  const place = { part: 'networks', about: 'step' } as const;
  const data = { network: name, microseconds: here, float64Microseconds: float64, streamsAt1Hz: streams };
  if (here > SLOW_MICROSECONDS)
    return warning(place, `${name}: ${microseconds(here)}${compared}, so slow that other streams wait.`, data);
  return ok(
    place,
    `${name}: ${microseconds(here)}${compared}, ${rounded(streams)} streams at 1 Hz on this core.`,
    data,
  );
}

/** Time to score a sample, to learn from it and to forecast the next: the fastest of a few batches. */
function stepMicroseconds({ tuning, series }: NetworkKind, kernel: Kernel | null): number {
  const infos = Array.from({ length: series }, (_, d) => ({ slug: `s${d}`, only: 'both' as const }));
  const detector = new Detector(new Memory(), infos, monitorOptions(tuning, kernel));
  const random = new Random(1);
  const sample = { stream: 'doctor', at: 0, x: new Float64Array(series) };
  const batchMs = (steps: number): number => {
    const startedAt = performance.now();
    for (let i = 0; i < steps; i++) {
      sample.at += 60_000;
      for (let d = 0; d < series; d++) sample.x[d] = random.normal();
      detector.step(sample);
    }
    return performance.now() - startedAt;
  };
  for (let spent = 0; spent < WARM_UP_MS;) spent += batchMs(1);
  let steps = tuning.trainEvery;
  while (batchMs(steps) < BATCH_MS) steps *= 2;
  let least = Infinity;
  for (let spent = 0; spent < MEASURE_MS;) {
    const ms = batchMs(steps);
    least = Math.min(least, ms);
    spent += ms;
  }
  return (1000 * least) / steps;
}

const rounded = (n: number): string => Number(n.toPrecision(2)).toLocaleString('en');
const microseconds = (us: number): string => `${rounded(us)} µs`;

import type { Tuning } from '../../config/schema/tuning.ts';
import { difference, type Difference } from './blocks.ts';
import type { Comparison } from './compare.ts';
import { LEAST_GAIN } from './loss-meter.ts';
import type { ContenderResult } from './run-contender.ts';

/** Standard errors above which a difference is significant. The best of fifteen is partly chance, so three and not two. */
const SURE = 3;
/** Share of the gain that a cheaper contender may lack and still be advised. */
const GIVEN_AWAY = 0.05;
/** Ratio of the costs that two runs of the same contender may have. */
const SAME_COST = 1.2;
/** A core of a Raspberry Pi 4 against one of a server, estimated. */
const PI_SLOWER = 5;

export interface Conclusions {
  /** Whether a network forecasts better than the baseline; null when the recording does not decide it. */
  readonly earned: boolean | null;
  /** Nats per reading by which the best network is better than the baseline. */
  readonly gain: Difference;
  /** The network with the lowest log-loss; null when there is none. */
  readonly best: ContenderResult | null;
  /** The advised contender: the cheapest that is as good as the best, or the baseline when no network is better. */
  readonly advised: ContenderResult;
  readonly headline: string;
  /** The results of the table in sentences. */
  readonly sentences: readonly string[];
}

const countOf = (anomalies: number): string => `${anomalies} ${anomalies === 1 ? 'anomaly' : 'anomalies'}`;
const round = (x: number, digits: number): string => x.toFixed(digits);
const micros = (x: number): string => `${x < 10 ? round(x, 1) : round(x, 0)} µs`;
export const sizeOf = (bytes: number): string =>
  bytes < 1000 * 1024 ? `${round(bytes / 1024, 0)} KiB` : `${round(bytes / 2 ** 20, 1)} MiB`;
/** The factor of probability that this number of nats means. */
const more = (nats: number): string =>
  nats < Math.LN2
    ? `${round(100 * Math.expm1(nats), 0)} % more probability than`
    : `${round(Math.exp(nats), 1)} times the probability of`;
/** Two significant digits, because no estimate has more. */
const about = (n: number): string => {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1);
  return (Math.round(n / size) * size).toLocaleString('en');
};

/** Draws conclusions from the table of results. */
export function concludeFrom({ results, tuning }: Pick<Comparison, 'results' | 'tuning'>): Conclusions {
  const [baseline, ...networks] = results;
  const known = networks.filter(({ loss }) => !Number.isNaN(loss)).toSorted((a, b) => a.loss - b.loss);
  if (known.length === 0) return tooShort(baseline, networks.length, tuning);
  const [best] = known;
  const gain = difference(baseline.losses, best.losses);
  const earned = gain.mean <= LEAST_GAIN ? false : gain.mean > SURE * gain.error ? true : null;
  const advised = earned === true ? cheapest(known, best, gain.mean) : baseline;
  return {
    earned,
    gain,
    best,
    advised,
    headline: headlineOf(earned, advised),
    sentences: [
      verdictOn(baseline, best, gain, earned),
      earned === true ? bargain(best, advised, baseline) : saving(best, baseline),
      onAPi(advised),
      ...agreement(results),
    ],
  };
}

/** The advised contender: among those that are nearly as good as the best, the best one of the cheapest. */
function cheapest(known: readonly ContenderResult[], best: ContenderResult, gain: number): ContenderResult {
  const asGood = known.filter(({ losses }) => difference(losses, best.losses).mean <= GIVEN_AWAY * gain);
  const least = Math.min(...asGood.map(({ microseconds }) => microseconds));
  return asGood.find(({ microseconds }) => microseconds <= SAME_COST * least) ?? best; // they are sorted by loss
}

const headlineOf = (earned: boolean | null, advised: ContenderResult): string => {
  if (earned === true) return `On this recording a network earns its place: take ${advised.contender.label}.`;
  if (earned === false) return 'On this recording no network forecasts better than the baseline.';
  return 'This recording is too short, or varies too much, to show whether a network helps.';
};

function verdictOn(
  baseline: ContenderResult,
  best: ContenderResult,
  { mean, error }: Difference,
  earned: boolean | null,
): string {
  const figures = `${round(best.loss, 3)} nats a reading against ${round(baseline.loss, 3)}`;
  const sure = Number.isFinite(error) ? ` The difference is ${round(mean, 3)} ± ${round(error, 3)}.` : '';
  const { label } = best.contender;
  if (earned === true) return `${label} gives the next step ${more(mean)} the baseline: ${figures}.${sure}`;
  if (mean < 0)
    return `The best network, ${label}, forecasts worse than the baseline, which only counts steps: ${figures}.${sure}`;
  return `The best network, ${label}, is better than the baseline by no more than chance may explain: ${figures}.${sure}`;
}

function bargain(best: ContenderResult, advised: ContenderResult, baseline: ContenderResult): string {
  const over = `the baseline costs ${micros(baseline.microseconds)}`;
  if (advised === best)
    return `Its cost is ${micros(best.microseconds)} a reading and ${sizeOf(best.bytes)}, and no clearly cheaper network is nearly as good; ${over}.`;
  const behind = advised.loss - best.loss;
  return (
    `${advised.contender.label} costs less and is nearly as good: ${round(Math.max(0, behind), 3)} nats worse at ` +
    `${micros(advised.microseconds)} a reading instead of ${micros(best.microseconds)}, and ${sizeOf(advised.bytes)} instead of ${sizeOf(best.bytes)}; ${over}.`
  );
}

function saving(best: ContenderResult, baseline: ContenderResult): string {
  const memory = `a stream ${sizeOf(baseline.bytes)} instead of ${sizeOf(best.bytes)}`;
  return baseline.microseconds < best.microseconds
    ? `Without a network a reading costs ${micros(baseline.microseconds)} instead of ${micros(best.microseconds)}, and ${memory}.`
    : `Without a network a reading costs no more, and ${memory}.`;
}

const onAPi = ({ microseconds, bytes, contender }: ContenderResult): string => {
  const each = microseconds * PI_SLOWER;
  return (
    `One core of a Raspberry Pi 4, assumed to be ${PI_SLOWER} times slower than this one, would process about ` +
    `${about(1e6 / each)} readings a second ${contender.cell === null ? 'without a network' : `by ${contender.label}`}; a hundred such recordings at once would take ${sizeOf(100 * bytes)} of memory.`
  );
};

/** Whether the reported anomalies depend on the contender. */
function agreement(results: readonly ContenderResult[]): readonly string[] {
  const counts = results.map(({ anomalies }) => anomalies);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (results.length < 2) return [];
  return least === most
    ? [`Each of them reports ${countOf(most)}.`]
    : [
        `They report between ${least} and ${countOf(most)}, the baseline ${counts[0]}; without labels it is not known which are right.`,
      ];
}

function tooShort(baseline: ContenderResult, networks: number, { warmup }: Tuning): Conclusions {
  const short = Number.isNaN(baseline.loss);
  return {
    earned: null,
    gain: { mean: NaN, error: Infinity },
    best: null,
    advised: baseline,
    headline: short ? 'This recording ends before the warm-up does.' : 'Nothing was compared.',
    sentences: short
      ? [
          `A log-loss is measured after the warm-up of ${warmup} readings: give a longer recording, or a site file with a shorter warmup.`,
        ]
      : networks === 0
        ? ['All networks were left out.']
        : [],
  };
}

import type { LearningBody, LearningNetwork, LearningSeries, Reach } from '../../../app/dashboard/contract/learning.ts';
import { count, duration, number, percent } from '../../parts/format.ts';

/** Readings, with their time where it is known: `14 readings (3.5 min)`. */
export const readings = (n: number, intervalMs: number | null): string => {
  const rounded = n < 10 ? Number(n.toFixed(1)) : Math.round(n);
  const words = rounded === 1 ? '1 reading' : `${number(rounded)} readings`;
  return intervalMs === null ? words : `${words} (${span(n * intervalMs)})`;
};

/** A duration with two digits where it is short: 3.5 min. */
const span = (ms: number): string => {
  for (const [unit, size, most] of [
    ['s', 1_000, 60],
    ['min', 60_000, 60],
    ['h', 3_600_000, 48],
  ] as const)
    if (ms < most * size) return `${number(Number((ms / size).toPrecision(2)))} ${unit}`;
  return duration(ms);
};

const CELLS = {
  rnn: 'Elman network',
  gru: 'GRU',
  lstm: 'LSTM',
  elementwise: 'Element-wise LSTM',
} as const;
const LEARNERS = {
  tbptt: 'truncated back-propagation through time',
  rtrl: 'real-time recurrent learning',
  snap1: 'SnAp-1',
} as const;

/** Cell, sizes, learner and arithmetic in one sentence. */
export const networkSentence = (network: LearningNetwork): string => {
  const { cell, peepholes, learner, horizon, trainEvery, units, inputs, parameters, learningRate, arithmetic } =
    network;
  const back = horizon === null ? '' : ` (horizon ${horizon})`;
  const often = trainEvery === 1 ? 'on each reading' : `every ${trainEvery} readings`;
  return `${CELLS[cell]}${peepholes ? ' with peepholes' : ''}: ${count(units, 'unit')}, ${count(inputs, 'input')}, ${count(parameters, 'parameter')}. Trained ${often} by ${LEARNERS[learner]}${back} and Adam, learning rate ${learningRate}. ${arithmetic}.`;
};

/** From this margin on, in nats a reading, only one of the two forecasts is used (docs/networks.md). */
const CLEAR = 0.1;

export interface Finding {
  readonly tone: 'good' | 'even' | 'bad';
  readonly title: string;
  readonly text: string;
}

/** Whether the network learns, for the person who has a minute. */
export const finding = (body: LearningBody, series: LearningSeries): Finding => {
  if (body.network === null)
    return {
      tone: 'even',
      title: 'This stream has no network',
      text: 'The site file sets network: false. The baseline forecasts, from counts of steps at this hour of the day.',
    };
  const { margin } = series;
  if (margin === null)
    return {
      tone: 'even',
      title: 'Nothing to compare yet',
      text: 'The losses of network and baseline are compared from the second reading on.',
    };
  const factor = number(Number(Math.exp(Math.abs(margin)).toPrecision(3)));
  const size = `${number(Number(margin.toFixed(3)))} nats a reading`;
  const held = body.frozen ? ' Learning is held at present, by a command or by maintenance.' : '';
  if (margin >= CLEAR)
    return {
      tone: 'good',
      title: 'The network has learned more than the baseline',
      text: `Its forecast gives the value that comes ${factor} times the probability that the baseline gives it (margin ${size}). Only the network is used.${held}`,
    };
  if (margin > -CLEAR)
    return {
      tone: 'even',
      title: 'The network is about as good as the baseline',
      text: `Margin ${size}, where ${CLEAR} would be clear. Both forecasts are used, in proportion.${held}`,
    };
  return {
    tone: 'bad',
    title: 'The network does not help yet',
    text: `The baseline gives the value that comes ${factor} times the probability that the network gives it (margin ${size}). Only the baseline is used, so the network does no harm.${held}`,
  };
};

/** How far back the newest loss reaches, and where the learner stops. */
export const reachSentence = (reach: Reach, network: LearningNetwork, intervalMs: number | null): string => {
  const { gradient, fallsAt } = reach;
  if (!(gradient[0] > 0))
    return 'No forecast was judged yet since the page was opened; the dashed line shows how an error of any direction decays or grows.';
  const last = gradient.length - 1;
  const left = gradient[last] / gradient[0];
  const far =
    fallsAt !== null
      ? `The gradient falls to 1 % after ${readings(fallsAt, intervalMs)}.`
      : left > 1
        ? `The gradient grows: ${readings(last, intervalMs)} back it is ${number(Number(left.toPrecision(2)))} times as large. This is the exploding gradient; the clip at norm ${network.clip} limits its effect.`
        : `${readings(last, intervalMs)} back the gradient is still at ${percent(left)}.`;
  return `${far} ${cutSentence(reach, network)}`;
};

const cutSentence = ({ gradient }: Reach, { horizon, exact, learner }: LearningNetwork): string => {
  if (exact) return 'The learner includes the whole past, so nothing is cut off.';
  if (horizon === null)
    return `${learner === 'snap1' ? 'SnAp-1' : 'The learner'} has no horizon, but omits the influence of a weight on other units than its own.`;
  if (gradient.length <= horizon) return `The horizon of the learner is ${horizon} readings.`;
  const left = gradient[horizon] / gradient[0];
  return left < 0.05
    ? `At the horizon of ${horizon} readings it is at ${small(left)}: truncation loses little.`
    : `At the horizon of ${horizon} readings it is still at ${small(left)}: dependencies further back are not learned. A longer horizon, or learner: rtrl with cell: elementwise, reaches further.`;
};

/** Two digits, and more near 100 %. */
const small = (share: number): string =>
  `${number(Number((100 * share).toPrecision(share > 0.985 && share < 1 ? 4 : 2)))}\u202f%`;

/** Half-lives beyond this, in readings, cannot be distinguished from an open gate. */
const NEVER = 10_000;

/** The time after which half of the memory is gone, in readings, where a share of it is kept each time. */
export const halfLife = (keep: number): number => (keep >= 1 ? Infinity : Math.LN2 / -Math.log(Math.max(keep, 1e-9)));

/** What the units keep, from the mean of the keeping gate of each. */
export const keepSentence = (means: readonly number[], intervalMs: number | null): string => {
  const sorted = [...means].sort((a, b) => a - b);
  const [fastest, middle, slowest] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]];
  const forgets = (keep: number): string => {
    const n = halfLife(keep);
    return n > NEVER ? 'practically never forgets' : `forgets half of it within ${readings(n, intervalMs)}`;
  };
  return `A typical unit keeps ${small(middle)} of its old state at each reading: it ${forgets(middle)}. The fastest unit ${forgets(fastest)}, the slowest ${forgets(slowest)}.`;
};

/** A unit whose |h| is near 1 in nine of ten readings hardly learns any more; one that hardly moves says nothing. */
export const unitsSentence = (hidden: readonly Float32Array[]): string => {
  const share = (unit: Float32Array, test: (h: number) => boolean): number => unit.filter(test).length / unit.length;
  const saturated = hidden.filter((unit) => share(unit, (h) => Math.abs(h) > 0.98) >= 0.9).length;
  const still = hidden.filter((unit) => Math.max(...unit) - Math.min(...unit) < 0.02).length;
  const of = (n: number): string => (n === 0 ? 'None' : String(n));
  return `${of(saturated)} of ${count(hidden.length, 'unit')} ${saturated > 1 ? 'are' : 'is'} saturated, ${of(still).toLowerCase()} stand${still === 1 ? 's' : ''} still.`;
};

/** How large updates are, and how often the clip acts. */
export const updateSentence = (network: LearningNetwork): string => {
  const norms = network.gradients.filter((norm) => norm !== null);
  const steps = network.updates.filter((update) => update !== null);
  if (norms.length === 0 || steps.length === 0) return 'No update was seen yet.';
  const clipped = norms.filter((norm) => norm > network.clip).length;
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const acted =
    clipped === 0
      ? `None of the last ${count(norms.length, 'gradient')} was longer than the clip of ${network.clip}`
      : `${clipped} of the last ${count(norms.length, 'gradient')} ${clipped === 1 ? 'was' : 'were'} longer than the clip of ${network.clip} and ${clipped === 1 ? 'was' : 'were'} scaled down to it`;
  return `An update moves the parameters by ${small(mean / network.norm)} of their length. ${acted}.`;
};

export const radiusSentence = ({ radius, cell }: LearningNetwork): string => {
  if (radius === null)
    return 'The recurrent weights are vectors, one number for each unit and gate, and have no spectral radius.';
  const r = number(Number(radius.toPrecision(3)));
  if (cell !== 'rnn')
    return `The spectral radius of the recurrent weights behind the candidate is ${r}; the gates decide how much it counts.`;
  return radius > 1
    ? `The spectral radius of W_hh is ${r}: above 1, so an error can grow where tanh is steep.`
    : `The spectral radius of W_hh is ${r}: below 1, so an error decays.`;
};

const EVENTS: readonly (readonly [event: string, words: string])[] = [
  ['refusedInputs', 'inputs that were not finite'],
  ['cappedInputs', 'inputs capped'],
  ['refusedErrors', 'errors that were not finite'],
  ['refusedGradients', 'gradients that were not finite'],
  ['cappedWeights', 'times all weights scaled down'],
  ['rollBacks', 'times the last good weights restored'],
];

/** The counted events of a network since it was made (`Network.count`). */
export const eventsSentence = (counts: Readonly<Record<string, number>>): string => {
  const { updates = 0 } = counts;
  const found = EVENTS.filter(([event]) => counts[event] > 0).map(
    ([event, words]) => `${counts[event].toLocaleString('en')} ${words}`,
  );
  const rest = found.length === 0 ? 'nothing had to be refused, capped or restored' : found.join(', ');
  return `Since the network was made: ${updates.toLocaleString('en')} updates; ${rest}.`;
};

/*
 * `GET api/learning/<stream>` and the event `learning` of the topic `learning:<stream>`: how the network of a stream learns. Arrays over
 * the last hundred readings have the oldest first; null is a number that is not known. The readings of before the page was opened, of
 * which truncated back-propagation has kept the state, have neither time nor value.
 */

/** A picture of units by readings, one byte for each number. */
export interface Activations {
  /** h, i, f, o, g, c, r, z or n, as in docs/networks.md. */
  readonly symbol: string;
  readonly name: string;
  /** A number is byte/255 for `unit`, else scale (byte - 128)/127. */
  readonly span: 'unit' | 'signed' | 'open';
  readonly scale: number;
  /** Whether it is the gate whose value is the share of the old state that a unit keeps. */
  readonly keeps: boolean;
  /** Base64, unit by unit. */
  readonly bytes: string;
}

/** How far back the newest loss reaches: index k is the lag in readings. */
export interface Reach {
  /** |dL_t/ds_{t-k}|. */
  readonly gradient: readonly number[];
  /** Norm of the product of k Jacobians, 1 at lag 0. */
  readonly gain: readonly number[];
  /** The first lag from which on the gradient is below 1 % of that at lag 0; null where there is none among these. */
  readonly fallsAt: number | null;
}

export interface ParameterNorms {
  readonly name: string;
  readonly shape: readonly number[];
  readonly norm: number;
  readonly rms: number;
  /** Of the last update. */
  readonly update: number | null;
  /** Of the mean of some ten gradients after clipping. */
  readonly gradient: number;
}

export interface LearningNetwork {
  readonly cell: 'rnn' | 'gru' | 'lstm' | 'elementwise';
  readonly peepholes: boolean;
  readonly learner: 'tbptt' | 'rtrl' | 'snap1';
  /** Whether the learner gives the gradient through the whole past, without truncation. */
  readonly exact: boolean;
  readonly arithmetic: 'Float32, SIMD' | 'Float64';
  readonly inputs: number;
  readonly units: number;
  readonly parameters: number;
  /** Readings that the error of a loss travels back; null where the learner has no horizon. */
  readonly horizon: number | null;
  readonly trainEvery: number;
  readonly learningRate: number;
  readonly clip: number;
  /** Events since the network was made, by their names in `Network.count`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The hidden state, then gates and memory cell where the cell has them. */
  readonly activations: readonly Activations[];
  /** Norm of the gradient before clipping, of each reading. */
  readonly gradients: readonly (number | null)[];
  /** Length of the change of all parameters, of each reading. */
  readonly updates: readonly (number | null)[];
  readonly reach: Reach | null;
  /** Norm of all parameters. */
  readonly norm: number;
  /** Spectral radius of the recurrent weights behind the tanh; null where they are no matrix. */
  readonly radius: number | null;
  readonly tensors: readonly ParameterNorms[];
}

export interface LearningSeries {
  readonly slug: string;
  readonly label: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
  /** Losses of each reading, nats. */
  readonly networkLosses: readonly (number | null)[];
  readonly baselineLosses: readonly (number | null)[];
  readonly margins: readonly (number | null)[];
  /** Means over the last 2,000 readings, nats a reading; null before the first loss. */
  readonly networkMean: number | null;
  readonly baselineMean: number | null;
  readonly margin: number | null;
}

export interface LearningBody {
  readonly stream: string;
  readonly now: number;
  /** Whether readings are recorded while this page is open: for four streams at the same time. */
  readonly recorded: boolean;
  /** Samples of the stream, and progress of the warm-up, 0 to 1. */
  readonly samples: number;
  readonly warmup: number;
  /** Whether the operator holds learning. */
  readonly frozen: boolean;
  /** Usual time between two readings, ms. */
  readonly intervalMs: number | null;
  readonly times: readonly (number | null)[];
  readonly series: readonly LearningSeries[];
  /** Null where the site file sets `network: false`. */
  readonly network: LearningNetwork | null;
}

/** A stream to choose, in `GET api/learning`. */
export interface LearningChoice {
  readonly stream: string;
  readonly labels: readonly string[];
  /** Such as `gru, 16 units, tbptt`; null without a network. */
  readonly network: string | null;
  readonly samples: number;
  /** The smallest of its series, nats a reading. */
  readonly margin: number | null;
}

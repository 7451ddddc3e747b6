import { z } from 'zod';
import * as v from './vocabulary.ts';

const { section, option, whole, real, duration } = v;

/** How to learn and when to alarm. */
const tuningShape = {
  network: option(
    z.boolean(),
    true,
    'Whether a recurrent network makes the forecasts; without it the baseline does (counts of steps for each hour of the day), at two thirds of the cost.',
  ),
  cell: option(
    z.enum(['gru', 'lstm', 'rnn', 'elementwise']),
    'gru',
    'Kind of recurrent cell. `gru` suits most sensors. `lstm` remembers more. `rnn` is the smallest. `elementwise`: units without connections to each other, for which rtrl is exact at the lowest cost.',
  ),
  peepholes: option(z.boolean(), false, 'Whether the gates of an lstm also read its memory cell, for exact timing.'),
  learner: option(
    z.enum(['tbptt', 'snap1', 'rtrl']),
    'tbptt',
    'Training algorithm. `tbptt` propagates an error back over `horizon` readings. `snap1` has no horizon, is 2 to 3 times cheaper and ignores the influence of units on each other. `rtrl` is exact through the whole past; its cost grows with the fourth power of hidden_size.',
  ),
  hidden_size: option(whole(1, 128), 16, 'Units of the network; time and memory per reading grow with the square.'),
  horizon: option(whole(1, 256), 16, 'Readings over which tbptt propagates an error back.'),
  train_every: option(
    whole(1, 256),
    1,
    'With tbptt, the network trains on every n-th reading. A larger number costs less and learns more slowly.',
  ),
  learning_rate: option(
    v.positive(0.1),
    0.003,
    'Learning rate of Adam. A higher rate adapts faster and forgets faster.',
  ),
  seed: option(
    whole(0, 4_294_967_295),
    1,
    'Seed of the random numbers; the same seed and readings give the same results.',
  ),
  warmup: option(
    whole(1, 1_000_000),
    400,
    'Number of readings before the first alarm; a tenth of them is enough once two days have passed.',
  ),
  warmup_time: option(duration(), '0s', 'Time before the first alarm; `warmup` must be reached as well.'),
  on_anomaly: option(
    z.enum(['hold', 'absorb']),
    'hold',
    'How to treat a persistent change. `hold`: keep the alarm and do not learn from it for `hold_for`. `absorb`: adapt to it at once.',
  ),
  hold_for: option(
    duration(),
    '1d',
    'With `on_anomaly: hold`, how long a deviation that does not end stays an alarm and is not learned; then it becomes the new normal.',
  ),
  sensitivity: option(
    real(0.1, 10),
    1,
    'Multiplies the rate that `alarms_per_week` allows: 2 allows ten times as many alarms, 0.5 a tenth. Twice as many: 1.23.',
  ),
  alarms_per_week: option(
    real(0.01, 1000),
    1,
    'About how many alarms per week, for each series or group: an event that comes more often is no alarm. A lower rate misses more.',
  ),
  min_duration: option(duration(), '0s', 'How long a deviation must last before it is reported.'),
  close_after: option(
    whole(1, 100_000),
    3,
    'An anomaly ends after this many readings in a row with a score of at most `hysteresis`.',
  ),
  hysteresis: option(
    real(0, 1),
    0.7,
    'Score up to which a reading counts as normal while an anomaly is open; an anomaly opens above 1.',
  ),
  cool_down: option(
    duration(),
    '1h',
    'Time after an anomaly in which only a higher score of the same stream opens another one.',
  ),
  silent_after: option(
    v.durationOrWord(),
    'auto',
    'Time without a reading after which a sensor is reported as silent. `auto`: learned from its intervals. `never`: off.',
  ),
  stuck_after: option(
    v.countOrWord(2),
    'auto',
    'Equal readings in a row after which a sensor is reported as stuck. `auto`: learned from its repetitions. `never`: off.',
  ),
};

/** Complete: the site's defaults. */
export const tuningSchema = section(tuningShape);

/** The options in which a field or a group differs from its site. */
export const overrideSchema = section(v.overriding(tuningShape));

export type Tuning = z.output<typeof tuningSchema>;
export type TuningOverride = z.output<typeof overrideSchema>;

/** The tuning of one field or group: the site's, then its own. */
export const mergeTuning = (site: Tuning, override: TuningOverride): Tuning => ({ ...site, ...override });

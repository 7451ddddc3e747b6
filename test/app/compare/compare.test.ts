import { expect, test } from 'vitest';
import { compare, type CompareOptions, type Comparison } from '../../../src/app/compare/compare.ts';
import { concludeFrom } from '../../../src/app/compare/conclusions.ts';
import { kernel } from '../../nn/kernel.ts';
import { noise, recordingOf, rhythm, wander } from './recordings.ts';

const compared = (
  columns: Readonly<Record<string, readonly number[]>>,
  options: Partial<CompareOptions> = {},
): Promise<Comparison> =>
  compare(() => Promise.resolve(recordingOf(columns)), {
    file: 'plant.csv',
    log: () => undefined,
    kernel,
    tuning: {},
    separate: false,
    cells: ['gru'],
    learners: ['tbptt'],
    onProgress: () => undefined,
    ...options,
  });

/** All results except times. */
const measured = ({ results }: Comparison): unknown =>
  results.map(({ microseconds, ...rest }) => {
    expect(microseconds).toBeGreaterThan(0);
    return rest;
  });

test('a rhythm is forecast by a network and not by a density of steps, and the conclusion says so', async () => {
  const comparison = await compared({ valve: rhythm(4000) });
  const [baseline, gru] = comparison.results;
  expect(gru.lateLoss).toBeLessThan(baseline.lateLoss - 0.5);
  const { earned, advised, headline, gain } = concludeFrom(comparison);
  expect([earned, advised]).toEqual([true, gru]);
  expect(gain.mean).toBeGreaterThan(3 * gain.error);
  expect(headline).toBe('On this recording a network earns its place: take GRU · TBPTT.');
});

test('steps that nothing foretells: the baseline is as good, and the conclusion says so', async () => {
  const comparison = await compared({ drunkard: wander(4000) }, { cells: ['rnn'], learners: ['snap1'] });
  const { earned, advised, headline } = concludeFrom(comparison);
  expect([earned, advised]).toEqual([false, comparison.results[0]]);
  expect(headline).toBe('On this recording no network forecasts better than the baseline.');
});

test('the same recording gives the same result, except for times', async () => {
  const run = (): Promise<Comparison> =>
    compared({ valve: rhythm(900), air: noise(900) }, { cells: ['lstm', 'elementwise'], learners: ['snap1', 'rtrl'] });
  const [once, again] = [await run(), await run()];
  expect(measured(once)).toEqual(measured(again));
  expect(once.results.map(({ contender }) => contender.id)).toEqual([
    'baseline',
    'lstm-rtrl',
    'lstm-snap1',
    'elementwise-rtrl',
  ]);
});

test('all contenders get the same readings', async () => {
  const valve = rhythm(1200).map((value, i) => (i % 7 === 0 ? NaN : value));
  const { results, rows } = await compared({ valve, air: noise(1200) }, { cells: ['rnn', 'gru'], separate: true });
  expect(rows).toBe(1200);
  for (const { losses, trace } of results) {
    expect(losses.counts).toEqual(results[0].losses.counts);
    expect(trace.series.map(({ min, max }) => [min, max])).toEqual(
      results[0].trace.series.map(({ min, max }) => [min, max]),
    );
  }
});

test('a recording that ends within the warm-up is refused: there is no log-loss to compare', async () => {
  await expect(compared({ valve: rhythm(300) })).rejects.toMatchObject({
    code: 'recording_unreadable',
    message: expect.stringContaining('ends before the warm-up does') as string,
  });
});

test('memory does not grow with the file: rows are read when they are needed', async () => {
  let ahead = 0;
  let most = 0;
  const open = (): ReturnType<typeof recordingOf> => {
    const recording = recordingOf({ valve: rhythm(25_000) });
    ahead = 0;
    return {
      ...recording,
      async *[Symbol.asyncIterator]() {
        for await (const row of recording) {
          most = Math.max(most, ++ahead);
          yield row;
        }
      },
    };
  };
  await compare(() => Promise.resolve(open()), {
    file: 'plant.csv',
    log: () => undefined,
    kernel,
    tuning: {},
    separate: false,
    cells: [],
    learners: [],
    onProgress: () => {
      ahead = 0;
    },
  });
  expect(most).toBeLessThanOrEqual(513);
});

test('a recording without rows is refused', async () => {
  await expect(compared({ valve: [] })).rejects.toMatchObject({ code: 'recording_unreadable' });
});

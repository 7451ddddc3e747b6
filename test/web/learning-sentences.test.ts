import { describe, expect, test } from 'vitest';
import type { LearningBody, LearningNetwork, LearningSeries } from '../../src/app/dashboard/contract/learning.ts';
import { orderBy, unitsOf } from '../../src/web/pages/learning/decode.ts';
import {
  eventsSentence,
  finding,
  halfLife,
  keepSentence,
  radiusSentence,
  reachSentence,
  readings,
  unitsSentence,
  updateSentence,
} from '../../src/web/pages/learning/sentences.ts';

const network = (changes: Partial<LearningNetwork> = {}) =>
  ({ cell: 'gru', learner: 'tbptt', exact: false, horizon: 16, clip: 1, ...changes }) as LearningNetwork;
const reach = (gradient: number[], fallsAt: number | null) => ({ gradient, gain: gradient, fallsAt });
const decay = (factor: number, lags: number): number[] => Array.from({ length: lags + 1 }, (_, k) => factor ** k);

test.each([
  [14, 15_000, '14 readings (3.5 min)'],
  [1, 1_000, '1 reading (1 s)'],
  [0.43, 60_000, '0.4 readings (26 s)'],
  [48, 3_600_000, '48 readings (2 d)'],
  [14, null, '14 readings'],
])('%d readings every %j ms: %s', (n, intervalMs, words) => {
  expect(readings(n, intervalMs)).toBe(words);
});

describe('how far back the error reaches', () => {
  test('it vanishes before the horizon', () => {
    expect(reachSentence(reach(decay(0.5, 20), 7), network(), 15_000)).toBe(
      'The gradient falls to 1 % after 7 readings (1.8 min). At the horizon of 16 readings it is at 0.0015\u202f%: truncation loses little.',
    );
  });
  test('it is cut off by the horizon', () => {
    expect(reachSentence(reach(decay(0.95, 50), null), network(), null)).toBe(
      '50 readings back the gradient is still at 8\u202f%. At the horizon of 16 readings it is still at 44\u202f%: dependencies further back are not learned. A longer horizon, or learner: rtrl with cell: elementwise, reaches further.',
    );
  });
  test('it explodes', () => {
    expect(reachSentence(reach(decay(1.1, 50), null), network({ exact: true, horizon: null }), null)).toBe(
      'The gradient grows: 50 readings back it is 120 times as large. This is the exploding gradient; the clip at norm 1 limits its effect. The learner includes the whole past, so nothing is cut off.',
    );
  });
  test('without a loss so far', () => {
    expect(reachSentence(reach([0, 0], null), network(), null)).toMatch(/^No forecast was judged yet/);
  });
});

describe('whether it learns', () => {
  const of = (margin: number | null, changes: Partial<LearningBody> = {}) =>
    finding({ network: network(), frozen: false, ...changes } as LearningBody, { margin } as LearningSeries);
  test.each([
    [0.6931, 'good', /2 times the probability .* Only the network is used\.$/],
    [0.05, 'even', /Both forecasts are used/],
    [-0.6931, 'bad', /2 times the probability that the network gives it .* no harm\.$/],
    [null, 'even', /from the second reading on/],
  ])('a margin of %j is %s', (margin, tone, text) => {
    expect(of(margin)).toMatchObject({ tone, text: expect.stringMatching(text) as string });
  });
  test('while learning is held it says so', () => {
    expect(of(1, { frozen: true }).text).toMatch(/held at present/);
  });
  test('no network', () => {
    expect(of(null, { network: null }).title).toBe('This stream has no network');
  });
});

test('half of 0.5 is gone after 1 reading, of 0.9 after 6.6', () => {
  expect(halfLife(0.5)).toBe(1);
  expect(halfLife(0.9)).toBeCloseTo(6.58, 2);
  expect(keepSentence([0.9, 0.5, 1], 60_000)).toBe(
    'A typical unit keeps 90\u202f% of its old state at each reading: it forgets half of it within 6.6 readings (6.6 min). The fastest unit forgets half of it within 1 reading (1 min), the slowest practically never forgets.',
  );
});

test('units that are saturated or stand still are counted', () => {
  const [full, swing] = [new Float32Array(10).fill(-1), Float32Array.of(-0.5, 0.5, 0, 0.2, 0.1, 0, 0, 0, 0, 0)];
  expect(unitsSentence([full, swing])).toBe('1 of 2 units is saturated, 1 stands still.');
  expect(unitsSentence([swing, swing])).toBe('None of 2 units is saturated, none stand still.');
});

test('updates and events', () => {
  const moving = network({ gradients: [0.5, 2, null], updates: [0.01, 0.03, null], norm: 10 });
  expect(updateSentence(moving)).toBe(
    'An update moves the parameters by 0.2\u202f% of their length. 1 of the last 2 gradients was longer than the clip of 1 and was scaled down to it.',
  );
  expect(updateSentence(network({ gradients: [null], updates: [null] }))).toBe('No update was seen yet.');
  expect(eventsSentence({ updates: 1_234, rollBacks: 2, cappedInputs: 0 })).toBe(
    'Since the network was made: 1,234 updates; 2 times the last good weights restored.',
  );
  expect(radiusSentence(network({ cell: 'rnn', radius: 1.25 }))).toMatch(/is 1.25: above 1/);
  expect(radiusSentence(network({ cell: 'elementwise', radius: null }))).toMatch(/no spectral radius/);
});

test('bytes become numbers: 0 to 1 of a gate, and both signs of a memory cell', () => {
  const of = (span: 'unit' | 'open', bytes: number[]) =>
    unitsOf({ span, scale: 4, bytes: Buffer.from(bytes).toString('base64') } as never, 2).map((unit) => [...unit]);
  expect(of('unit', [0, 255, 51, 0])).toEqual([
    [0, 1],
    [Math.fround(0.2), 0],
  ]);
  expect(of('open', [128, 255, 1, 128])).toEqual([
    [0, 4],
    [-4, 0],
  ]);
  expect(orderBy([3, 1, 2])).toEqual([1, 2, 0]);
});

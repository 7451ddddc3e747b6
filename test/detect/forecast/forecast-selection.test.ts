import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForecastSelection } from '../../../src/detect/forecast/forecast-selection.ts';
import { Memory } from '../../../src/math/memory.ts';

/** After readings that cost the network and the baseline so much, in nats. */
function rivalryOf(...losses: readonly (readonly [number, number])[]): ForecastSelection {
  const rivalry = new ForecastSelection(new Memory());
  for (const [network, baseline] of losses) rivalry.update(network, baseline);
  return rivalry;
}
const many = (network: number, baseline: number, count = 100) =>
  rivalryOf(...new Array<[number, number]>(count).fill([network, baseline]));

test('the margin is the difference of the mean losses: (1, 3) and (2, 6) make 4.5 - 1.5', () => {
  const rivalry = rivalryOf([1, 3], [2, 6]);
  expect([rivalry.networkLoss, rivalry.baselineLoss, rivalry.margin]).toEqual([1.5, 4.5, 3]);
});

test('a network that is behind hands over, and one that is well ahead is trusted alone', () => {
  expect(many(3, 2)).toMatchObject({ share: 0, trust: 0 });
  expect(many(2, 3)).toMatchObject({ share: 1, trust: 1 });
});

test('where they are equal, as before the first reading, each has half of the weight and none is trusted alone', () => {
  expect(many(2, 2)).toMatchObject({ margin: 0, share: 0.5, trust: 0 });
  expect(rivalryOf()).toMatchObject({ margin: 0, share: 0.5, trust: 0 });
});

test.each([
  [-0.1, 0, 0],
  [0.05, 0.75, 0],
  [0.1, 1, 0],
  [0.15, 1, 0.5],
  [0.2, 1, 1],
])('a network that is better by %f nats has a share of %f and a trust of %f', (margin, share, trust) => {
  const rivalry = many(2, 2 + margin);
  expect(rivalry.share).toBeCloseTo(share, 9);
  expect(rivalry.trust).toBeCloseTo(trust, 9);
});

test('the past fades: a network that was behind for 10,000 readings and then leads by 1 has the word within 3,000', () => {
  const rivalry = many(3, 2, 10_000);
  for (let t = 0; t < 3000; t++) rivalry.update(2, 3);
  expect(rivalry).toMatchObject({ share: 1, trust: expect.closeTo(1, 0) as number });
});

test('share and trust are within 0 and 1, grow with the margin, and whoever is trusted has the whole share', () => {
  const loss = fc.double({ min: 0, max: 30, noNaN: true });
  fc.assert(
    fc.property(loss, loss, fc.double({ min: 0, max: 5, noNaN: true }), (network, baseline, better) => {
      const rivalry = many(network, baseline, 3);
      const improved = many(Math.max(0, network - better), baseline, 3);
      for (const of of ['share', 'trust'] as const) {
        expect(rivalry[of]).toBeGreaterThanOrEqual(0);
        expect(rivalry[of]).toBeLessThanOrEqual(1);
        expect(improved[of]).toBeGreaterThanOrEqual(rivalry[of] - 1e-12);
      }
      if (rivalry.trust > 1e-9) expect(rivalry.share).toBe(1);
    }),
  );
});

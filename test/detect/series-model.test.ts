import { describe, expect, test } from 'vitest';
import { BINS } from '../../src/math/bins.ts';
import { EVIDENCE_KINDS } from '../../src/detect/evidence/kind.ts';
import { UTC } from '../../src/detect/forecast/calendar.ts';
import { Season } from '../../src/detect/forecast/season.ts';
import { SeriesModel } from '../../src/detect/series-model.ts';
import { piecesOf } from './pieces.ts';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';

const uniform = new Float64Array(BINS).fill(1 / BINS);
const q = new Float64Array(BINS);
const season = new Season(UTC);
const MIDNIGHT = { day: 0, restDay: false };

/** A model that has taken these readings, each against the same forecast. */
function modelOf(readings: Iterable<number>, p: Float64Array | null = uniform): SeriesModel {
  const model = new SeriesModel(new Memory(), { slug: 'tank', only: 'both' }, { hold: true });
  for (const x of readings) take(model, x, p);
  return model;
}
function take(model: SeriesModel, x: number, p: Float64Array | null = uniform): void {
  score(model, x, p);
  model.learn(true);
  model.advance(season);
}
function score(model: SeriesModel, x: number, p: Float64Array | null = uniform): void {
  model.observe(x, 0, MIDNIGHT, q, 0);
  model.score(p, 0, 0, NaN, 1);
}
const noise = (count: number, mean = 20): number[] => {
  const random = new Random(1);
  return Array.from({ length: count }, () => mean + random.normal());
};

test('a level is asinh of the distance from the mean in deviations, and goes back to its unit', () => {
  const model = modelOf([18, 22, 18, 22]); // mean 20, deviation 2
  model.observe(26, 0, MIDNIGHT, q, 0);
  expect(model.level).toBeCloseTo(Math.asinh(3), 12);
  for (const x of [-1e6, 0, 19.9, 20, 26, 1e9]) {
    model.observe(x, 0, MIDNIGHT, q, 0);
    expect(model.unitsOf(model.level)).toBeCloseTo(x, 3);
  }
});

test('a step is asinh of the difference from the last reading in deviations of all steps', () => {
  const model = modelOf([20, 23, 20, 23, 20]); // steps 3, -3, 3, -3: deviation 3
  model.observe(26, 0, MIDNIGHT, q, 0);
  expect(model.step).toBeCloseTo(Math.asinh(2), 12);
});

test('of the first reading nothing was expected, of the next the last', () => {
  const model = modelOf([20]);
  expect([model.expected, model.lower, model.upper]).toEqual([NaN, NaN, NaN]);
  take(model, 21);
  expect([model.expected, model.lower, model.upper]).toEqual([20, 20, 20]);
});

test('a forecast in its unit: the median between the ends of the band, around the last reading', () => {
  const model = modelOf([18, 22, 18, 22]); // no rival has an advantage yet
  score(model, 25); // the forecast of the step after 22, uniform on the axis: symmetric
  expect(model.expected).toBeCloseTo(22, 6);
  expect(model.lower).toBeLessThan(0);
  expect(model.upper - 22).toBeCloseTo(22 - model.lower, 6);
});

test('with an untrained network the band is that of the baseline, as without a network', () => {
  const [behind, without] = [modelOf(noise(500)), modelOf(noise(500), null)];
  for (const [model, p] of [
    [behind, uniform],
    [without, null],
  ] as const) {
    score(model, 20, p);
    expect(model.upper - model.lower).toBeGreaterThan(5); // steps of deviation 1.4: a 99 % band of 7.3
    expect(model.upper - model.lower).toBeLessThan(10);
  }
  expect(behind.forecast.selection.share).toBe(0);
  expect([behind.expected, behind.lower, behind.upper]).toEqual([without.expected, without.lower, without.upper]);
});

describe('after a restart', () => {
  test('the next reading has no step, the one after it has', () => {
    const model = modelOf(noise(200));
    model.restart();
    model.observe(500, 0, MIDNIGHT, q, 0);
    expect(model.step).toBe(0);
    take(model, 500);
    model.observe(501, 0, MIDNIGHT, q, 0);
    expect(model.step).toBeGreaterThan(0);
  });

  test('the way back is no step to learn from either', () => {
    const [torn, whole] = [modelOf(noise(200)), modelOf(noise(200))];
    torn.restart();
    for (const model of [torn, whole]) take(model, 25);
    for (const model of [torn, whole]) model.observe(28, 0, MIDNIGHT, q, 0);
    expect(torn.step).toBeGreaterThan(whole.step);
  });
});

test('when it said nothing, it is taken to stand still where it stood, and is not counted', () => {
  const model = modelOf(noise(200));
  const { level, readings } = model;
  model.observe(NaN, 0, MIDNIGHT, q, 0);
  model.advance(season);
  expect([model.level, model.step, model.value, model.evidence.score]).toEqual([level, 0, NaN, 0]);
  expect(model.readings).toBe(readings);
});

describe('a coarse sensor that wanders by a notch or two', () => {
  const random = new Random(4);
  let level = 0;
  const walk = Array.from({ length: 3000 }, () => {
    level += Math.round(1.5 * random.normal()) - Math.sign(level) * (Math.abs(level) > 30 ? 1 : 0);
    return 20 + level / 10;
  });
  const last = walk[walk.length - 1] + 0.1;
  const wandering = [...walk, last];
  const jumped = (before: readonly number[], by: number): SeriesModel => {
    const model = modelOf([...wandering, ...before]);
    score(model, last + by);
    return model;
  };

  test('a jump is more of an alarm when the value had stood before', () => {
    const [moving, stood] = [[last + 0.1, last], Array.from({ length: 9 }, () => last)].map((before) =>
      jumped(before, 1),
    );
    expect(stood.evidence.score).toBeGreaterThan(1.2 * moving.evidence.score);
    expect(stood.evidence.parts[EVIDENCE_KINDS.indexOf('flatline')]).toBeGreaterThan(0.2 * stood.evidence.score);
    expect(stood.evidence.parts[EVIDENCE_KINDS.indexOf('flatline_exit')]).toBeGreaterThan(0);
    expect(moving.evidence.parts[EVIDENCE_KINDS.indexOf('flatline')]).toBe(0);
  });

  test('a flatline alone is no alarm with hold, at 1.15: the sensor checks report a stuck sensor', () => {
    const model = modelOf(wandering);
    for (let i = 0; i < 100; i++) {
      take(model, last);
      expect(model.evidence.score).toBeLessThan(1.1);
    }
    expect([model.evidence.leading, model.detail]).toEqual(['flatline', 101]);
    expect(model.evidence.parts[EVIDENCE_KINDS.indexOf('flatline')]).toBeGreaterThan(0.5);
  });

  test('at its lowest value a flatline is not applicable', () => {
    const lowest = Math.min(...wandering);
    const model = modelOf([...wandering, lowest]);
    for (let i = 0; i < 20; i++) take(model, lowest);
    expect(model.evidence.parts[EVIDENCE_KINDS.indexOf('flatline')]).toBe(0);
  });

  test('after a silence there was no standing still', () => {
    const model = modelOf([...wandering, last, last, last, last]);
    model.restart();
    take(model, last);
    expect(model.evidence.parts[EVIDENCE_KINDS.indexOf('flatline')]).toBe(0);
  });
});

test('a spike of sixty deviations is learned: each is less of one than the one before', () => {
  const model = modelOf([]);
  const readings = noise(3000);
  const spikes = [1000, 1600, 2200, 2800];
  for (const t of spikes) readings[t] += 60;
  const scores = readings
    .map((x) => {
      take(model, x);
      return model.evidence.score;
    })
    .filter((_, t) => spikes.includes(t));
  expect(scores.slice(1).every((score, k) => score < scores[k])).toBe(true);
});

test('before 48 readings there is no score, from then on a wild value has one', () => {
  for (const [count, some] of [
    [47, false],
    [48, true],
  ] as const) {
    const model = modelOf(noise(count));
    score(model, 1e6);
    expect(model.evidence.score > 1).toBe(some);
  }
});

test('a trillion deviations out, further is no further', () => {
  const model = modelOf([18, 22, 18, 22]);
  const levelOf = (x: number): number => {
    model.observe(x, 0, MIDNIGHT, q, 0);
    return model.level;
  };
  expect(levelOf(20 + 2e12)).toBeCloseTo(Math.asinh(1e12), 6);
  expect(levelOf(1e100)).toBe(Math.asinh(1e12));
  expect(levelOf(-1e100)).toBe(-Math.asinh(1e12));
});

test('no reading takes it off the axis: level, step and score stay finite, and 1e300 is no worse than 1e200', () => {
  for (const count of [1, 20, 200]) {
    const scores = [1e200, 1e300, Number.MAX_VALUE, -Number.MAX_VALUE].map((x) => {
      const model = modelOf([...noise(count), x]);
      for (const back of [x, 20, -x, 20]) {
        take(model, back);
        expect([model.level, model.step, model.evidence.score].every(Number.isFinite)).toBe(true);
      }
      return model.evidence.score;
    });
    expect(scores[1]).toBe(scores[0]);
    expect(scores[2]).toBe(scores[0]);
  }
});

test('when another life begins, how late dwells were in the old one is forgotten with them', () => {
  const memory = new Memory();
  const model = new SeriesModel(memory, { slug: 'motor', only: 'both' }, { hold: true });
  const random = new Random(1);
  for (let minute = 0; minute < 1440; minute++) {
    model.observe(
      (minute % 60 < 20 ? 3 : 0) + 0.02 * random.normal(),
      minute * 60_000,
      { day: minute / 1440, restDay: false },
      q,
      0,
    );
    model.score(uniform, 0, 0, NaN, 1);
    model.learn(true);
    model.advance(season);
  }
  const seen = (): number => new Float64Array(piecesOf(memory).get('motor.duration.late.time.sums')!.buffer)[0];
  expect(seen()).toBeGreaterThan(10);
  model.renew();
  expect(seen()).toBe(0);
});

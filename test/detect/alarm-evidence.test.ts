import { describe, expect, test } from 'vitest';
import { Detector, type DetectorOptions } from '../../src/detect/detector.ts';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { DEFAULTS } from './options.ts';

const SERIES = [{ slug: 'tank', only: 'both' as const }];
const FIVE_MINUTES = 300_000; // at this interval the alarm threshold of one series is 1
const ROWS = 650;
/** A level between 10 and 30 that changes slowly. */
const levelAt = (t: number): number => 20 + 10 * Math.sin((2 * Math.PI * t) / 200);

const detectorOf = (onAnomaly: DetectorOptions['onAnomaly']) => {
  const memory = new Memory();
  return { memory, detector: new Detector(memory, SERIES, { ...DEFAULTS, network: false, onAnomaly }) };
};

/** The memory of a detector that has taken 650 ordinary readings; the last one is near 10 + 20. */
function learned(onAnomaly: DetectorOptions['onAnomaly']): Uint8Array {
  const { memory, detector } = detectorOf(onAnomaly);
  const random = new Random(1);
  for (let t = 0; t < ROWS; t++)
    detector.step({ stream: 'tank', at: t * FIVE_MINUTES, x: Float64Array.of(levelAt(t) + 0.1 * random.normal()) });
  return memory.toBytes();
}

/**
 * The evidence of a jump from 30 to 12 in one step. The level is an ordinary one, the jump is not: it is the point sum (score.ts):
 * 0.15 of the evidence `forecast_error` and 0.15 of `jump`.
 */
function jumpEvidence(past: Uint8Array, onAnomaly: DetectorOptions['onAnomaly'], readings = ROWS): number {
  const { memory, detector } = detectorOf(onAnomaly);
  memory.fromBytes(withReadings(past, readings, memory.layout));
  detector.step({ stream: 'tank', at: ROWS * FIVE_MINUTES, x: Float64Array.of(12) });
  return detector.series[0].evidence.score;
}

/** A copy in which the series has had so many readings; all else that is remembered is the same. */
function withReadings(past: Uint8Array, readings: number, layout: string): Uint8Array {
  const pieces = layout.split(' ').map((piece) => piece.split(':'));
  const place = pieces.findIndex(([name]) => name === 'tank.before');
  const offset = pieces.slice(0, place).reduce((sum, [, length]) => sum + Number(length), 0);
  const copy = past.slice();
  const view = new DataView(copy.buffer);
  expect(view.getFloat64(offset, true)).toBe(ROWS); // it is the number of readings
  view.setFloat64(offset, readings, true);
  return copy;
}

test('where anomalies are held, an alarm needs 15 % more evidence than where they are absorbed', () => {
  // Where they are held, a few of the first readings may not have been learned: so both have learned nearly the same.
  const [held, absorbed] = (['hold', 'absorb'] as const).map((onAnomaly) =>
    jumpEvidence(learned(onAnomaly), onAnomaly),
  );
  expect(held).toBeGreaterThan(1.5);
  expect(absorbed / held).toBeCloseTo(1.15, 2);
});

describe('the more readings, the more often chance alone is rare: evidence loses 0.65 for each decade of readings', () => {
  let past: Uint8Array | undefined;
  const evidence = (readings: number): number => jumpEvidence((past ??= learned('absorb')), 'absorb', readings);
  const PER_DECADE = (0.15 + 0.15) * 0.65;

  test.each([
    [1_000, 2_000, Math.log10(2)],
    [1_000, 10_000, 1],
    [1_000, 50_000, Math.log10(50)],
  ])('from %i readings to %i', (before, after, decades) => {
    expect(evidence(after)).toBeGreaterThan(1.5);
    expect(evidence(before) - evidence(after)).toBeCloseTo(PER_DECADE * decades, 10);
  });

  test('more than 50,000 readings count as 50,000', () => {
    expect(evidence(49_000)).toBeGreaterThan(evidence(50_000));
    expect(evidence(500_000)).toBe(evidence(50_000));
  });
});

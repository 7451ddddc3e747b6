import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countAlarms, type AlarmCounts } from '../../../src/math/metrics/alarm-counts.ts';
import { nabScore, tallyNab, type NabTally } from '../../../src/math/metrics/nab.ts';
import { periodOf } from '../../../src/math/metrics/period.ts';
import type { Run } from '../../../src/math/metrics/runs.ts';
import { vusPr } from '../../../src/math/metrics/vus.ts';

/** Made by test/vectors/metrics.py with other programs for the same papers. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors/metrics.json'), 'utf8')) as {
  vus: { events: Run[]; score: number[]; window: number; vusPr: number }[];
  nab: { rows: number; windows: Run[]; detections: number[]; tally: NabTally; scores: number[] }[];
  alarms: { events: Run[]; alarms: number[]; counts: AlarmCounts }[];
  periods: { x: number[]; period: number }[];
};

describe('as other programs have it', () => {
  test.each(golden.vus)('VUS-PR $vusPr', ({ events, score, window, vusPr: expected }) => {
    expect(vusPr(events, Float64Array.from(score), window)).toBeCloseTo(expected, 12);
  });

  test.each(golden.nab)('NAB $scores', ({ rows, windows, detections, tally, scores }) => {
    const ours = tallyNab(rows, windows, detections);
    const { earned, spoilt, ...counts } = tally;
    expect(ours).toMatchObject(counts);
    expect(ours.earned).toBeCloseTo(earned, 12);
    expect(ours.spoilt).toBeCloseTo(spoilt, 12);
    (['standard', 'lowFp', 'lowFn'] as const).forEach((profile, p) => {
      expect(nabScore([ours], profile)).toBeCloseTo(scores[p], 10);
    });
  });

  test.each(golden.alarms)('alarms $counts', ({ events, alarms, counts }) => {
    expect(countAlarms(events, alarms)).toEqual(counts);
  });

  test.each(golden.periods)('a period of $period', ({ x, period }) => {
    expect(periodOf(Float64Array.from(x))).toBe(period);
  });
});

import { expect, test } from 'vitest';
import { BASELINE, type Contender } from '../../../src/app/compare/contenders.ts';
import { findingsOf } from '../../../src/app/compare/findings.ts';
import type { ContenderResult } from '../../../src/app/compare/run-contender.ts';
import type { Anomaly } from '../../../src/detect/episode/anomaly.ts';

const gru: Contender = { ...BASELINE, id: 'gru', label: 'GRU' };

const episode = (startAt: number, endAt: number | null, score: number, stream = 'pump'): Anomaly => ({
  id: `${stream}-p${startAt}`,
  stream,
  series: stream,
  kind: 'process',
  severity: 'minor',
  startAt,
  openedAt: startAt,
  peakAt: startAt,
  endAt,
  endedBy: endAt === null ? null : 'calm',
  score,
  confidence: 1,
  value: 1,
  expected: 0,
  lower: -1,
  upper: 1,
  unit: '',
  contributions: { [stream]: 1 },
  evidence: { step: 1 },
  incident: null,
  reason: '',
});

const found = (...lists: readonly (readonly Anomaly[])[]): unknown =>
  findingsOf({
    rows: 101, // ten ms apart, so that three readings are 30 ms
    firstAt: 0,
    lastAt: 1000,
    results: lists.map((episodes, i) => ({ contender: [BASELINE, gru][i], episodes }) as unknown as ContenderResult),
  }).map(({ startAt, endAt, worst, by }) => [startAt, endAt, worst.score, by.map(({ id }) => id).join('+')]);

test('overlapping episodes are one finding, described by the highest score', () => {
  expect(found([episode(100, 200, 2)], [episode(150, 300, 3)])).toEqual([[100, 300, 3, 'baseline+gru']]);
});

test('episodes up to three readings apart are joined', () => {
  expect(found([episode(100, 200, 2)], [episode(230, 240, 1)])).toEqual([[100, 240, 2, 'baseline+gru']]);
  expect(found([episode(100, 200, 2)], [episode(231, 240, 1)])).toEqual([
    [100, 200, 2, 'baseline'],
    [231, 240, 1, 'gru'],
  ]);
});

test('streams are separate, and an open episode lasts to the end', () => {
  expect(found([episode(100, null, 2)], [episode(150, 160, 1, 'fan'), episode(900, 910, 1)])).toEqual([
    [100, 1000, 2, 'baseline+gru'],
    [150, 160, 1, 'gru'],
  ]);
});

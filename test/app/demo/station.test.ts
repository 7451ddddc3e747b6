import { describe, expect, test } from 'vitest';
import type { Fault, FaultKind } from '../../../src/app/demo/faults.ts';
import { ELSEWHERE_MINUTES, FAULT_KINDS, SPREAD } from '../../../src/app/demo/faults.ts';
import type { Series } from '../../../src/app/demo/plant.ts';
import { INSTRUMENTS, Plant, SERIES } from '../../../src/app/demo/plant.ts';
import { MINUTE_MS } from '../../../src/math/time.ts';
import { schedule } from '../../../src/app/demo/schedule.ts';
import type { Minute } from '../../../src/app/demo/station.ts';
import { Station } from '../../../src/app/demo/station.ts';
import { deviation } from './statistics.ts';

const SEED = 11;
const START = Date.UTC(2026, 0, 5);
const ONSET = 24 * 60 + 5; // minutes after START: 00:05 on the second day

const minutes = (station: Station, n: number): Minute[] => Array.from({ length: n }, () => station.next());

const course = (said: readonly Minute[], series: Series): (number | null)[] =>
  said.map(({ values }) => values.find((each) => each.series === series)!.value);

const healthy = minutes(new Station(SEED, START, []), 4 * 24 * 60);

/** What the series sends while a fault lasts and what it would have sent in health. */
const during = (kind: FaultKind, series: Series, length: number, size = 0): [(number | null)[], number[]] => {
  const fault = windowed(kind, series, length, size);
  const said = minutes(new Station(SEED, START, [fault]), ONSET + length);
  return [course(said, series).slice(ONSET), course(healthy, series).slice(ONSET, ONSET + length) as number[]];
};

const windowed = (kind: FaultKind, series: Series, length: number, size: number): Fault => ({
  kind,
  series,
  at: START + ONSET * MINUTE_MS,
  endAt: START + (ONSET + length) * MINUTE_MS,
  size,
});

/** Half a last digit for the reading and half for what is sent. */
const digit = (series: Series): number => 10 ** -INSTRUMENTS[series].decimals * 1.0001;

test('without faults the station sends what the plant reads, minute by minute from its start', () => {
  const plant = new Plant(SEED, START);
  for (const { at, values } of healthy.slice(0, 500)) {
    expect(at).toBe(plant.at);
    expect(values).toEqual(SERIES.map((series) => ({ series, value: plant.readings[series] })));
    plant.step();
  }
});

test('the same seed, start and faults give the same bits', () => {
  const faults = schedule(5, START, 20, 1);
  expect(faults.length).toBeGreaterThan(7);
  const first = minutes(new Station(5, START, faults), 20 * 24 * 60);
  expect(minutes(new Station(5, START, faults), 20 * 24 * 60)).toEqual(first);
});

describe.each(FAULT_KINDS)('%s', (kind) => {
  test('changes nothing outside its window and no other series', () => {
    const fault = windowed(kind, 'flow', 200, 3);
    const said = minutes(new Station(SEED, START, [fault]), healthy.length);
    const touched = said.flatMap(({ at, values }, i) =>
      values.filter(({ value }, j) => value !== healthy[i].values[j].value).map(({ series }) => ({ at, series })),
    );
    expect(touched.length).toBeGreaterThan(100);
    for (const { at, series } of touched) {
      expect(series).toBe('flow');
      expect(at).toBeGreaterThanOrEqual(fault.at);
      expect(at).toBeLessThan(fault.endAt);
    }
  });
});

test.each(['spike', 'level-shift'] as const)('%s: every reading is off by the size in spreads', (kind) => {
  for (const [series, size] of [
    ['vibration', 2.5],
    ['pressure', -2.1],
    ['current', 6],
  ] as const) {
    const [sent, would] = during(kind, series, kind === 'spike' ? 2 : 300, size);
    for (const [i, value] of sent.entries())
      expect(Math.abs(value! - would[i] - size * SPREAD[series])).toBeLessThan(digit(series));
  }
});

test('slow-drift: on the line from nothing to its size, in steps smaller than the noise, then repaired', () => {
  const length = 24 * 60;
  const [sent, would] = during('slow-drift', 'bearing-temperature', length, 3);
  const off = sent.map((value, i) => value! - would[i]);
  expect(off[0]).toBe(0);
  for (const [i, each] of off.entries())
    expect(Math.abs(each - 3 * 5.8 * (i / length))).toBeLessThan(digit('bearing-temperature'));
  expect((3 * 5.8) / length).toBeLessThan(INSTRUMENTS['bearing-temperature'].noise);
});

test('stuck: nothing but the last value before it', () => {
  const [sent] = during('stuck', 'flow', 180);
  const last = course(healthy, 'flow')[ONSET - 1];
  expect(new Set(sent)).toEqual(new Set([last]));
});

test('dropout: nothing at all', () => {
  const [sent] = during('dropout', 'pressure', 90);
  expect(new Set(sent)).toEqual(new Set([null]));
});

test('stuck right after a dropout repeats what was sent last, before it', () => {
  const dropout = windowed('dropout', 'flow', 60, 0);
  const stuck: Fault = { ...dropout, kind: 'stuck', at: dropout.endAt, endAt: dropout.endAt + 60 * MINUTE_MS };
  const said = course(minutes(new Station(SEED, START, [dropout, stuck]), ONSET + 120), 'flow');
  expect(new Set(said.slice(ONSET + 60))).toEqual(new Set([said[ONSET - 1]]));
});

test('noise-burst: the noise is as many times the own noise as its size says', () => {
  const length = 20_000;
  const fault = windowed('noise-burst', 'flow', length, 8);
  const station = new Station(SEED, START, [fault]);
  const plant = new Plant(SEED, START);
  const errors: number[] = [];
  for (let i = 0; i < ONSET + length; i++) {
    const value = course([station.next()], 'flow')[0]!;
    if (i >= ONSET) errors.push(value - plant.truth.flow);
    plant.step();
  }
  expect(deviation(errors) / INSTRUMENTS.flow.noise).toBeGreaterThan(7.8);
  expect(deviation(errors) / INSTRUMENTS.flow.noise).toBeLessThan(8.2);
});

describe('lost-correlation', () => {
  const length = 240;
  const [sent, would] = during('lost-correlation', 'flow', length);
  const flow = course(healthy, 'flow') as number[];

  test('between its edges it is the own course of 7 h ago, to the bit', () => {
    const ago = ONSET - ELSEWHERE_MINUTES;
    expect(sent.slice(40, length - 40)).toEqual(flow.slice(ago + 40, ago + length - 40));
  });

  test('over its window it is more than a spread away from the truth (rms)', () => {
    const rms = Math.sqrt(sent.reduce<number>((sum, value, i) => sum + (value! - would[i]) ** 2, 0) / length);
    expect(rms).toBeGreaterThan(SPREAD.flow);
  });

  test('it begins with the true reading and makes no step larger than a healthy week has', () => {
    expect(sent[0]).toBe(would[0]);
    const steps = (x: readonly number[]): number => Math.max(...x.slice(1).map((value, i) => Math.abs(value - x[i])));
    const around = [flow[ONSET - 1], ...(sent as number[]), flow[ONSET + length]];
    expect(steps(around)).toBeLessThanOrEqual(steps(flow));
  });
});

test('nothing is sent beyond the ends of the scale', () => {
  const [low] = during('level-shift', 'flow', 60, -10);
  const [high] = during('level-shift', 'flow', 60, 100);
  expect(new Set(low)).toEqual(new Set([0]));
  expect(new Set(high)).toEqual(new Set([INSTRUMENTS.flow.range[1]]));
});

import { expect, test } from 'vitest';
import { cycleSchedule } from '../../../src/app/demo/cycle-faults.ts';
import { CYCLE_SERIES } from '../../../src/app/demo/cycles.ts';
import { schedule } from '../../../src/app/demo/schedule.ts';
import { Station } from '../../../src/app/demo/station.ts';
import { ALL_SERIES, faultAt, machineOf, Waterworks, type AnyFault } from '../../../src/app/demo/waterworks.ts';

const START = Date.UTC(2026, 0, 5);
const DAYS = 21;
const faults = schedule(1, START, DAYS, 4);
const cycleFaults = cycleSchedule(1, START, DAYS, 4);

test('the pump sends what it sends alone, to the bit, and the series come in one order', () => {
  const works = new Waterworks(1, START, faults, cycleFaults);
  const station = new Station(1, START, faults);
  for (let i = 0; i < DAYS * 1440; i++) {
    const { at, values } = works.next();
    const pump = station.next();
    expect(at).toBe(pump.at);
    expect(values.slice(0, -CYCLE_SERIES.length)).toEqual(pump.values);
    if (i % 1440 === 0) expect(values.map(({ series }) => series)).toEqual(ALL_SERIES);
  }
});

test('the strokes of the sump begin with its new habit; none comes in a blockage, save one that was under way', () => {
  const works = new Waterworks(1, START, faults, cycleFaults);
  const before = cycleFaults.map(() => NaN);
  const after = cycleFaults.map(() => NaN);
  for (let i = 0; i < DAYS * 1440; i++) {
    const at = works.next().at;
    for (const [f, fault] of cycleFaults.entries()) {
      if (at === fault.at) before[f] = works.times('sump-level');
      if (at === fault.endAt) after[f] = works.times('sump-level');
    }
  }
  for (const [f, { kind }] of cycleFaults.entries()) {
    if (kind === 'new-habit') expect([before[f], after[f] >= 7]).toEqual([0, true]);
    if (kind === 'missed-strokes') expect(after[f] - before[f]).toBeLessThanOrEqual(1);
  }
  expect(works.times('fill-pump-power')).toBeGreaterThan(200);
});

test('a fault belongs to its machine: the five series of the pump are one, the others are each one', () => {
  expect(machineOf('flow')).toBe(machineOf('pressure'));
  expect(machineOf('sump-level')).not.toBe(machineOf('flow'));
  expect(machineOf('sump-level')).not.toBe(machineOf('fill-pump-power'));
  const spike: AnyFault = { kind: 'spike', series: 'flow', at: 10, endAt: 20, size: 6 };
  const run: AnyFault = { kind: 'long-run', series: 'fill-pump-power', at: 15, endAt: 30 };
  expect([9, 10, 19, 20].map((at) => faultAt([spike, run], 'pressure', at))).toEqual([null, spike, spike, null]);
  expect([10, 15, 20].map((at) => faultAt([spike, run], 'fill-pump-power', at))).toEqual([null, run, run]);
});

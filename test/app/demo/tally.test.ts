import { expect, test } from 'vitest';
import type { CycleFault } from '../../../src/app/demo/cycle-faults.ts';
import type { Fault } from '../../../src/app/demo/faults.ts';
import { habitOf, tally, type Alert } from '../../../src/app/demo/tally.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const shift: Fault = { kind: 'level-shift', series: 'flow', at: 10 * HOUR, endAt: 13 * HOUR, size: 2 };
const spike: Fault = { kind: 'spike', series: 'pressure', at: 50 * HOUR, endAt: 50 * HOUR + MINUTE, size: 6 };

const longRun: CycleFault = { kind: 'long-run', series: 'fill-pump-power', at: 11 * HOUR, endAt: 15 * HOUR };

const alert = (at: number, phase = 'opened', series = 'flow'): Alert => ({ id: `x-${at}`, phase, at, series });

const END = 100 * HOUR;

test('a fault is detected by the first alert while it lasts, which may name another series', () => {
  const { faults, falseAlarms } = tally([shift], [alert(10 * HOUR + 5 * MINUTE, 'opened', 'current')], END);
  expect(faults).toEqual([
    { kind: 'level-shift', series: 'flow', at: shift.at, detected: true, delayMs: 5 * MINUTE, named: 'current' },
  ]);
  expect(falseAlarms).toBe(0);
});

test('an episode that was open already detects it when it worsens, not when it closes', () => {
  const earlier = alert(9 * HOUR);
  expect(tally([shift], [earlier, alert(11 * HOUR, 'closed')], END).faults[0]).toMatchObject({
    detected: false,
    delayMs: null,
    named: null,
  });
  expect(tally([shift], [earlier, alert(11 * HOUR, 'updated')], END).faults[0]).toMatchObject({
    detected: true,
    delayMs: HOUR,
  });
});

test.each([
  ['before the fault', shift.at - MINUTE, false, 1],
  ['with its first reading', shift.at, true, 0],
  ['with its last reading', shift.endAt - MINUTE, true, 0],
  ['with the first healthy reading', shift.endAt, false, 0],
  ['on the way back', shift.endAt + MINUTE, false, 0],
  ['two hours after', shift.endAt + 2 * HOUR, false, 0],
  ['later than that', shift.endAt + 2 * HOUR + MINUTE, false, 1],
])('an alert that opens %s', (_, at, detected, falseAlarms) => {
  const result = tally([shift], [alert(at)], END);
  expect([result.faults[0].detected, result.falseAlarms]).toEqual([detected, falseAlarms]);
});

test('an alert within a quarter of an hour after the start of a spike still tells of it', () => {
  const at = (minutes: number): boolean => tally([spike], [alert(spike.at + minutes * MINUTE)], END).faults[0].detected;
  expect([0, 14, 15].map(at)).toEqual([true, true, false]);
});

test('only alerts that open can be false, each of them once', () => {
  const calm = [alert(30 * HOUR), alert(30 * HOUR + MINUTE, 'updated'), alert(31 * HOUR, 'closed'), alert(70 * HOUR)];
  expect(tally([shift, spike], calm, END).falseAlarms).toBe(2);
});

test('of the false alarms, those on the first weekend are named', () => {
  const monday = Date.UTC(2026, 0, 5);
  const days = [4.9, 5.4, 6.9, 7.1, 12].map((day) => alert(monday + 24 * HOUR * day));
  const { falseAlarms, unseen } = tally([], days, monday + 500 * HOUR, monday + 168 * HOUR);
  expect([falseAlarms, unseen]).toEqual([5, 2]);
  expect(tally([], days, monday + 500 * HOUR).unseen).toBe(0);
});

test('a fault that the run did not reach neither counts nor excuses', () => {
  const result = tally([shift, spike], [alert(spike.at)], 40 * HOUR);
  expect(result.faults.map(({ kind }) => kind)).toEqual(['level-shift']);
  expect(result.falseAlarms).toBe(1);
});

test('an alert about one machine detects no fault of another, and is not excused by it', () => {
  const flow = alert(12 * HOUR);
  const power = alert(12 * HOUR + MINUTE, 'opened', 'fill-pump-power');
  const detected = (alerts: Alert[]): boolean[] => tally([shift, longRun], alerts, END).faults.map((f) => f.detected);
  expect(detected([flow])).toEqual([true, false]);
  expect(detected([power])).toEqual([false, true]);
  expect(detected([flow, power])).toEqual([true, true]);
  expect(tally([shift], [power], END).falseAlarms).toBe(1);
  expect(tally([longRun], [power], END).falseAlarms).toBe(0);
});

test('a habit that becomes normal is no alarm: it neither detects a fault nor is false', () => {
  const { faults, falseAlarms } = tally([shift], [alert(12 * HOUR, 'habit'), alert(40 * HOUR, 'habit')], END);
  expect([faults[0].detected, falseAlarms]).toEqual([false, 0]);
});

test('alarms about a habit are counted by the week of the habit, without those in and after a fault', () => {
  const DAY = 24 * HOUR;
  const news: CycleFault = { kind: 'new-habit', series: 'sump-level', at: 5 * DAY, endAt: 6 * DAY };
  const blocked: CycleFault = { kind: 'missed-strokes', series: 'sump-level', at: 10 * DAY, endAt: 10.5 * DAY };
  const days = [4, 5.1, 5.2, 10.1, 10.55, 11.9, 12, 30];
  const alerts = days.map((day) => alert(day * DAY, 'opened', 'sump-level'));
  const times = { startAt: 0, warmAt: 4 * DAY, until: 21 * DAY };
  expect(habitOf('sump-level', 128, [news, blocked], alerts, times)).toEqual({
    series: 'sump-level',
    aDay: 8,
    alarms: [3, 1, 0],
  });
  expect(habitOf('fill-pump-power', 252, [news, blocked], alerts, times)).toEqual({
    series: 'fill-pump-power',
    aDay: 12,
    alarms: [0, 0, 0],
  });
});

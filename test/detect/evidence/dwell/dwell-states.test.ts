import { describe, expect, test } from 'vitest';
import { DwellStates } from '../../../../src/detect/evidence/dwell/dwell-states.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

/** The number of switches after the first `from` readings, and the levels of the states at each. `deviation`: of all values. */
function follow(readings: readonly number[], deviation: number, from = 0) {
  const states = new DwellStates(new Memory());
  const levels: number[] = [];
  readings.forEach((x, i) => {
    const change = i === 0 ? 0 : x - readings[i - 1];
    states.measure(x, change, deviation);
    const switches = states.next >= 0;
    states.learn(x, change, true);
    if (switches && i >= from) levels.push(states.level);
  });
  return levels;
}
const repeat = (n: number, cycle: readonly number[]): number[] => Array.from({ length: n }, () => cycle).flat();

test('nothing switches in the first 100 readings', () => {
  expect(follow(repeat(10, [0, 0, 0, 0, 0, 9, 9, 9, 9, 9]), 4.5)).toEqual([]);
});

test('a motor on for 18 and off for 40 readings switches twice in each cycle, between two levels', () => {
  const cycle = [...Array<number>(18).fill(82), ...Array<number>(40).fill(0.4)];
  const levels = follow(repeat(20, cycle), 38, 116);
  expect(levels).toHaveLength(36);
  expect(new Set(levels)).toEqual(new Set([82, 0.4]));
});

test('pulses of one reading are states: they go back to where they came from', () => {
  const levels = follow(repeat(40, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 0.3, 110);
  expect(levels).toHaveLength(58);
  expect(new Set(levels)).toEqual(new Set([0, 1]));
});

describe('noise has one state', () => {
  const random = new Random(1);

  test('of one deviation: it switches in fewer than one of 500 readings', () => {
    const noise = Array.from({ length: 20_000 }, () => 20 + random.normal());
    expect(follow(noise, 1).length).toBeLessThan(40);
  });

  test('a heater that is noisy while it works is in one state as long as it does', () => {
    const cycle = [
      ...Array.from({ length: 30 }, () => 2000 + 20 * random.normal()),
      ...Array.from({ length: 100 }, () => 1 + 0.1 * random.normal()),
    ];
    expect(follow(repeat(20, cycle), 840, 130)).toHaveLength(38);
  });
});

test('a change of less than a quarter of the deviation of all values is no switch', () => {
  const cycle = [...Array<number>(20).fill(1), ...Array<number>(20).fill(0)];
  expect(follow(repeat(10, cycle), 3.9, 100).length).toBeGreaterThan(10);
  expect(follow(repeat(10, cycle), 4.1)).toEqual([]);
});

test('levels that differ by a fifth of the step to them are told apart, closer ones are not', () => {
  const to = (a: number, b: number) =>
    repeat(20, [...Array<number>(9).fill(a), 0, 0, 0, ...Array<number>(9).fill(b), 0, 0, 0]);
  expect(new Set(follow(to(100, 80), 45, 240).map(Math.round)).size).toBe(3);
  expect(new Set(follow(to(100, 99), 45, 240).map(Math.round)).size).toBeLessThan(4);
});

test('while nothing is taught the states stay as they are: a known one is entered, a new one is none', () => {
  const memory = new Memory();
  const states = new DwellStates(memory);
  let last = 0;
  const read = (x: number, teaches: boolean): void => {
    states.measure(x, x - last, 38);
    states.learn(x, x - last, teaches);
    last = x;
  };
  for (const x of repeat(4, [...Array<number>(18).fill(82), ...Array<number>(40).fill(0)])) read(x, true);
  const [table, other] = [states, new DwellStates(new Memory())].map((s) => s.present);
  expect([table >= 0, other]).toEqual([true, -1]);
  const bytes = memory.toBytes().slice(0, 8 * 8 * 4);
  read(82, false);
  expect(states.level).toBe(82);
  for (let i = 0; i < 20; i++) read(82, false);
  read(300, false);
  expect(states.present).toBe(-1);
  expect(memory.toBytes().slice(0, 8 * 8 * 4)).toEqual(bytes);
});

test('a step that takes four readings is one: every stroke ends in the state at its end, also after 100 strokes', () => {
  const stroke = [65, 50, 35, ...Array.from({ length: 120 }, (_, i) => 20 + 0.5 * i)];
  const levels = follow(repeat(100, stroke), 17, 90 * 123);
  expect(levels.filter((level) => level === 20)).toHaveLength(10);
});

test('a noisy state that begins while nothing is taught is one state, not one for each reading', () => {
  const random = new Random(4);
  const states = new DwellStates(new Memory());
  let last = 1;
  let switches = 0;
  for (let i = 0; i < 600; i++) {
    const x = i < 500 ? 1 + 0.1 * random.normal() : 2000 + 20 * random.normal();
    states.measure(x, x - last, 30);
    if (states.next >= 0) switches++;
    states.learn(x, x - last, i < 500);
    last = x;
  }
  expect(switches).toBe(1);
});

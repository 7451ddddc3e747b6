import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  efficiency,
  flowAt,
  motorCurrent,
  motorLosses,
  pumpHead,
  shaftPower,
  speedFor,
  vibration,
} from '../../../src/app/demo/pump.ts';

test('at the best point: 62 - 2.24e-4·250² = 48 m, and 9.81·(250/3600)·48/0.8 = 40.875 kW', () => {
  expect(pumpHead(250, 1)).toBeCloseTo(48, 12);
  expect(efficiency(250, 1)).toBe(0.8);
  expect(shaftPower(250, 1)).toBeCloseTo(40.875, 12);
});

test('at half speed the best point gives half the flow, a quarter of the head, an eighth of the power', () => {
  expect(pumpHead(125, 0.5)).toBeCloseTo(12, 12);
  expect(efficiency(125, 0.5)).toBe(0.8);
  expect(shaftPower(125, 0.5)).toBeCloseTo(40.875 / 8, 12);
});

const speeds = fc.double({ min: 0.6, max: 1.05, noNaN: true });
const flows = fc.double({ min: 60, max: 320, noNaN: true });

test('affinity: flow times n costs head times n² and power times n³, wherever on the curve', () => {
  fc.assert(
    fc.property(flows, speeds, (flow, n) => {
      expect(pumpHead(flow * n, n)).toBeCloseTo(pumpHead(flow, 1) * n ** 2, 9);
      expect(efficiency(flow * n, n)).toBeCloseTo(efficiency(flow, 1), 12);
      expect(shaftPower(flow * n, n)).toBeCloseTo(shaftPower(flow, 1) * n ** 3, 9);
    }),
  );
});

test('at the speed for a flow, the pump delivers that flow and its head is what the network asks for', () => {
  fc.assert(
    fc.property(flows, fc.double({ min: 2e-4, max: 4e-4, noNaN: true }), (flow, r) => {
      const speed = speedFor(flow, r);
      expect(flowAt(speed, r)).toBeCloseTo(flow, 9);
      expect(pumpHead(flow, speed)).toBeCloseTo(22 + r * flow ** 2, 9);
    }),
  );
});

test('the motor draws its magnetising 26 A without load, and √(26² + 63.44²) = 68.56 A at the best point', () => {
  expect(motorCurrent(0, 1)).toBe(26);
  expect(motorCurrent(40.875, 1)).toBeCloseTo(Math.hypot(26, 40875 / (Math.sqrt(3) * 400 * 0.93)), 12);
  expect(motorCurrent(40.875, 1)).toBeCloseTo(68.56, 2);
});

test('70 A at rated speed lose 1.2 + 1.9 kW', () => {
  expect(motorLosses(70, 1)).toBeCloseTo(3.1, 12);
});

test('vibration at the best point is unbalance alone, 1.6 n³; off it recirculation is added', () => {
  expect(vibration(250, 1)).toBe(1.6);
  expect(vibration(125, 0.5)).toBe(0.2);
  expect(vibration(125, 1)).toBeCloseTo(1.6 + 2.5 * 0.25, 12);
  expect(vibration(375, 1)).toBeCloseTo(1.6 + 2.5 * 0.25, 12);
});

import { expect, test } from 'vitest';
import { FAULT_KINDS } from '../../src/app/demo/faults.ts';
import { CYCLE_FAULT_KINDS } from '../../src/app/demo/cycle-faults.ts';
import { CYCLE_SERIES } from '../../src/app/demo/cycles.ts';
import { ALL_SERIES } from '../../src/app/demo/waterworks.ts';
import { runProgram } from './program.ts';

interface Summary {
  readonly faults: readonly {
    readonly kind: string;
    readonly series: string;
    readonly at: number;
    readonly detected: boolean;
    readonly delayMs: number | null;
  }[];
  readonly habits: readonly { readonly series: string; readonly aDay: number; readonly alarms: readonly number[] }[];
  readonly falseAlarms: number;
  readonly simulatedDays: number;
  readonly readings: number;
}

test('five days at the pump station: its first fault is found, and what was heard is what was logged', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', '--for', '5d', '--seed', '1', '--json']);
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  const { faults, habits, falseAlarms, simulatedDays, readings } = JSON.parse(lines.at(-1)!) as Summary;
  expect(simulatedDays).toBe(5);
  // A reading a minute of each series, but for those that a fault kept away.
  expect(readings).toBeGreaterThan(5 * 1440 * ALL_SERIES.length - 300);
  expect(readings).toBeLessThanOrEqual(5 * 1440 * ALL_SERIES.length);
  expect(Number.isInteger(falseAlarms) && falseAlarms >= 0).toBe(true);
  expect(faults.length).toBeGreaterThan(0);
  for (const { kind, series, at, detected, delayMs } of faults) {
    expect([...FAULT_KINDS, ...CYCLE_FAULT_KINDS]).toContain(kind);
    expect(ALL_SERIES).toContain(series);
    expect(Number.isSafeInteger(at)).toBe(true);
    expect(delayMs === null).toBe(!detected);
  }
  expect(faults[0]).toMatchObject({ detected: true });
  expect(habits.map(({ series }) => series)).toEqual(CYCLE_SERIES);
  // The program itself compares the alerts on the wire with the rows in SQLite.
  expect(lines.at(-2)).toMatch(/Alerts received over MQTT: (\d+); rows in SQLite: \1\.$/);
  expect(code).toBe(0);
});

test('a demo of real time ends by itself, also when no fault has come yet', async () => {
  const { code, stdout } = await runProgram(['demo', '--for', '1s']);
  expect(stdout).toContain('No fault has come yet');
  expect(code).toBe(0);
});

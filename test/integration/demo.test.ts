import { expect, test } from 'vitest';
import { FAULT_KINDS } from '../../src/app/demo/faults.ts';
import { SERIES } from '../../src/app/demo/plant.ts';
import { runProgram } from './program.ts';

interface Summary {
  readonly faults: readonly {
    readonly kind: string;
    readonly series: string;
    readonly at: number;
    readonly detected: boolean;
    readonly delayMs: number | null;
  }[];
  readonly falseAlarms: number;
  readonly simulatedDays: number;
  readonly readings: number;
}

test('five days at the pump station: its first fault is found, and what was heard is what was logged', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', '--for', '5d', '--seed', '1', '--json']);
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  const { faults, falseAlarms, simulatedDays, readings } = JSON.parse(lines.at(-1)!) as Summary;
  expect(simulatedDays).toBe(5);
  // A reading a minute of each series, but for those that a fault kept away.
  expect(readings).toBeGreaterThan(5 * 1440 * SERIES.length - 300);
  expect(readings).toBeLessThanOrEqual(5 * 1440 * SERIES.length);
  expect(Number.isInteger(falseAlarms) && falseAlarms >= 0).toBe(true);
  expect(faults.length).toBeGreaterThan(0);
  for (const { kind, series, at, detected, delayMs } of faults) {
    expect(FAULT_KINDS).toContain(kind);
    expect(SERIES).toContain(series);
    expect(Number.isSafeInteger(at)).toBe(true);
    expect(delayMs === null).toBe(!detected);
  }
  expect(faults[0]).toMatchObject({ detected: true });
  // The program itself compares the alerts on the wire with the rows in SQLite.
  expect(lines.at(-2)).toMatch(/Alerts received over MQTT: (\d+); rows in SQLite: \1\.$/);
  expect(code).toBe(0);
});

test('a demo of real time ends by itself, also when no fault has come yet', async () => {
  const { code, stdout } = await runProgram(['demo', '--for', '1s']);
  expect(stdout).toContain('No fault has come yet');
  expect(code).toBe(0);
});

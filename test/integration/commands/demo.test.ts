import { expect, test } from 'vitest';
import { FAULT_KINDS } from '../../../src/app/demo/faults.ts';
import { CYCLE_FAULT_KINDS } from '../../../src/app/demo/cycle-faults.ts';
import { CYCLE_SERIES } from '../../../src/app/demo/cycles.ts';
import { ALL_SERIES } from '../../../src/app/demo/waterworks.ts';
import { runProgram } from '../programs/program.ts';

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

test('six days at the pump station: the faults are found, after the same time on every machine, and each alert is a row', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', '--for', '6d', '--seed', '163', '--json']);
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  const { faults, habits, falseAlarms, simulatedDays, readings } = JSON.parse(lines.at(-1)!) as Summary;
  expect(simulatedDays).toBe(6);
  // A reading a minute of each series, but for those that a fault kept away.
  expect(readings).toBeGreaterThan(6 * 1440 * ALL_SERIES.length - 300);
  expect(readings).toBeLessThanOrEqual(6 * 1440 * ALL_SERIES.length);
  expect(Number.isInteger(falseAlarms) && falseAlarms >= 0).toBe(true);
  for (const { kind, series, at, detected, delayMs } of faults) {
    expect([...FAULT_KINDS, ...CYCLE_FAULT_KINDS]).toContain(kind);
    expect(ALL_SERIES).toContain(series);
    expect(Number.isSafeInteger(at)).toBe(true);
    expect(delayMs === null).toBe(!detected);
  }
  expect(faults).toMatchObject([
    { kind: 'spike', delayMs: 0 },
    { kind: 'dropout', delayMs: 600_000 },
  ]);
  expect(stdout).toContain('current has been silent for 11 min; it usually reports every 60 s');
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

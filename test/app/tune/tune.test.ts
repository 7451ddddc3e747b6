import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { replay } from '../../../src/app/replay.ts';
import { SEARCHED } from '../../../src/app/tune/searched.ts';
import { tune, type Tuned, type TuneOptions } from '../../../src/app/tune/tune.ts';
import { tuningFrom } from '../../../src/config/tuning-words.ts';
import { readRecording, type Recording } from '../../../src/io/files/recording.ts';
import { roomTemperature } from '../../room-temperature.ts';
import { kernel } from '../../nn/kernel.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-tune-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
const course = roomTemperature(1500, { seed: 3, from: 1200, until: 1240 });
const path = join(directory, 'room.csv');
writeFileSync(
  path,
  [
    'time,hall,anomaly',
    ...course.map(({ at, value }, i) => `${new Date(at).toISOString()},${value},${i >= 1200 && i < 1240 ? 1 : 0}`),
  ].join('\n'),
);

const open = (labels: readonly string[]) => (): Promise<Recording> => readRecording(path, { labels, values: ['hall'] });
const log = (): void => undefined;
const tuned = (labels: readonly string[], options: Partial<TuneOptions> = {}): Promise<Tuned> =>
  tune(open(labels), {
    file: 'room.csv',
    log,
    kernel,
    tuning: {},
    alarmsPerWeek: 10,
    windows: null,
    onProgress: () => undefined,
    ...options,
  });

test('one run gives the episodes of its own sensitivity and estimates those of another: a second run opens the same', async () => {
  const { chosen, seen } = await tuned(['anomaly']);
  expect(seen.alarms).toBe(chosen.rung.alarms);
  expect(seen.found).toBe(chosen.rung.found);
  expect(seen.falseAlarms).toBeLessThanOrEqual(10 * chosen.weeks);
  let opened = 0;
  await replay(await open([])(), {
    log,
    kernel,
    tuning: tuningFrom([...chosen.words, `sensitivity=${chosen.rung.sensitivity}`]),
    onEvent: ({ phase, anomaly }) => {
      if (phase === 'opened' && anomaly.kind === 'process') opened++;
    },
  });
  expect(opened).toBe(seen.alarms);
});

test('with labels no other trial finds more; without, none has a loss that is lower by more than a hundredth', async () => {
  const withLabels = await tuned(['anomaly']);
  expect(withLabels.chosen).toMatchObject({ events: 1, rung: { found: 1 } });
  const shares: number[] = [];
  const without = await tuned([], {
    onProgress: (share) => {
      shares.push(share);
    },
  });
  expect(without.chosen.events).toBe(0);
  expect(without.chosen.loss).toBeLessThanOrEqual(without.first.loss);
  expect(without.trials).toBe(SEARCHED.reduce((trials, values) => trials + values.length - 1, 1));
  expect(shares.every((share, i) => share >= 0 && share <= 1 && (i === 0 || share >= shares[i - 1]))).toBe(true);
});

test('an alarm in the only labelled event leaves room for the alarms asked for: the sensitivity is not below that of the defaults', async () => {
  const { chosen, seen } = await tuned(['anomaly'], { alarmsPerWeek: 1 });
  expect(chosen.weeks).toBeLessThan(1); // less than one alarm may be false
  expect(seen).toMatchObject({ alarms: 1, falseAlarms: 0, found: 1 });
  expect(chosen.rung.sensitivity).toBeGreaterThanOrEqual(1);
});

test('windows of time do as well as labels', async () => {
  const windows = [[course[1200].at, course[1239].at]] as const;
  expect(await tuned([], { windows })).toEqual(await tuned(['anomaly']));
});

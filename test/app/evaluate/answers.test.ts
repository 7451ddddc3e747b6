import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { answersOf } from '../../../src/app/evaluate/answers.ts';
import { readRecording } from '../../../src/io/files/recording.ts';
import { roomTemperature } from '../../room-temperature.ts';

test('answers are row by row: labels as events, openings as alarms, gaps filled with the previous value', async () => {
  const course = roomTemperature(700, { seed: 1, from: 600, until: 640 });
  const cell = (i: number): string => (i === 0 || i === 5 ? '' : String(course[i].value));
  const lines = course.map(({ at }, i) => `${new Date(at).toISOString()},${cell(i)},${i >= 600 && i < 640 ? 1 : 0}`);
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-answers-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const path = join(directory, 'room.csv');
  writeFileSync(path, ['time,hall,anomaly', ...lines].join('\n'));

  const recording = await readRecording(path, { labels: ['anomaly'] });
  const rows: number[] = [];
  const answers = await answersOf(recording, {
    log: () => undefined,
    kernel: null,
    tuning: { warmup: 400 },
    onRow: ({ row }) => rows.push(row),
  });
  expect(recording.values).toEqual(['hall']);
  expect(answers.events).toEqual([[600, 639]]);
  expect(answers.alarms.find(([opened]) => opened === 600)?.[1]).toBeGreaterThanOrEqual(600);
  expect(answers.ready).toBe(true);
  expect(answers.scores[600]).toBeGreaterThan(1);
  expect([...answers.at]).toEqual(course.map(({ at }) => at));
  expect([0, 1, 5].map((i) => answers.values[i])).toEqual([1, 1, 4].map((i) => course[i].value));
  expect(answers.scores[5]).toBe(0);
  expect(rows).toHaveLength(700);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { restore, snapshotOf } from '../../src/app/pipeline/restore/checkpoint.ts';
import { saveRestored, stateBefore } from '../../src/app/commands/past-state.ts';
import type { AnomalyEvent } from '../../src/detect/episode/anomaly.ts';
import type { Reading } from '../../src/detect/reading.ts';
import { StreamMonitor } from '../../src/detect/stream-monitor.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { loadKernel } from '../../src/io/files/kernel-file.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import { Random } from '../../src/math/random.ts';
import { DEFAULTS } from '../detect/options.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-forget-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const T = 1_700_000_000_000;

/** A tank whose sensor is wrong by 30 from the 20th hour to the 30th, saved every hour; a row of the journal a minute. */
function tank(file: string) {
  const events: AnomalyEvent[] = [];
  const series = [{ slug: 'tank', unit: '°C', range: null, only: 'both' }] as const;
  const options = { ...DEFAULTS, holdForMs: 2 * HOUR }; // then it is learned
  const create = (): StreamMonitor => new StreamMonitor('tank', series, options, (event) => events.push(event));
  const monitor = create();
  const store = new SnapshotStore(openDatabase(join(directory, file)));
  const random = new Random(1);
  for (let t = 0; t < 30 * HOUR; t += MINUTE) {
    const value = 20 + random.normal() + (t >= 20 * HOUR ? 30 : 0);
    const reading = monitor.order(0, { series: 'tank', at: T + t, value, receivedAt: T + t });
    monitor.take(0, reading as Reading);
    if (t % HOUR === 0) store.save([snapshotOf(monitor, T + t, 1 + t / MINUTE)]);
  }
  return { monitor, store, create };
}

test('a stream that learned ten hours of nonsense knows again what it knew before, and so do the saved states', () => {
  const { monitor, store, create } = tank('nonsense.db');
  const [model] = monitor.detector.series;
  expect(model.mean).toBeGreaterThan(25);
  const past = stateBefore(monitor, store, T + 20 * HOUR)!;
  expect(past.at).toBe(T + 18 * HOUR);
  monitor.operator.forget(past.bytes, T + 30 * HOUR);
  saveRestored(monitor, store, T + 20 * HOUR, { now: T + 30 * HOUR, seq: 1801 });
  expect(model.mean).toBeCloseTo(20, 0);
  expect(model.readings).toBe(18 * 60 + 1);

  // What they learned since is in none of them: a restart does not bring it back, nor does going back once more.
  expect(store.before('tank', T + 30 * HOUR).map(({ at }) => (at - T) / HOUR)).toEqual([18, 0]);
  const { whole } = store.load('tank');
  expect(whole.map(({ seq, at }) => [seq, (at - T) / HOUR])).toEqual([[1801, 30]]);
  const restarted = create();
  restore(restarted, whole[0]);
  expect(restarted.memory.toBytes()).toEqual(monitor.memory.toBytes());
});

test('there is none from before the first one', () => {
  const { monitor, store } = tank('none.db');
  expect(stateBefore(monitor, store, T)).toBeNull();
});

test('a reset in SIMD: it knows what a new one knows', () => {
  const series = [{ slug: 'tank', unit: '°C', range: null, only: 'both' }] as const;
  const create = (): StreamMonitor =>
    new StreamMonitor('tank', series, { ...DEFAULTS, kernel: loadKernel() }, () => undefined);
  const [used, fresh] = [create(), create()];
  const say = (monitor: StreamMonitor, t: number): number | undefined =>
    monitor.take(0, { series: 'tank', at: T + t * MINUTE, value: Math.sin(t), receivedAt: T + t * MINUTE })?.score;
  for (let t = 0; t < 600; t++) say(used, t);
  used.operator.reset(T + 600 * MINUTE);
  for (let t = 600; t < 700; t++) expect(say(used, t)).toBe(say(fresh, t));
});

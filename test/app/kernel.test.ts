import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { kernelOrNull } from '../../src/app/kernel.ts';
import { Kernel } from '../../src/nn/kernel.ts';
import type { Snapshot } from '../../src/stream/ports/ports.ts';
import { roomTemperature } from '../room-temperature.ts';
import { siteOf, World } from './world.ts';

interface Note {
  readonly level: string;
  readonly code: unknown;
  readonly message: string;
}

/** The kernel from a file with these bytes, or from a missing file, and the log lines. */
function loaded(bytes: Uint8Array | null): { kernel: Kernel | null; notes: readonly Note[]; file: string } {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-kernel-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const file = join(directory, 'kernel.wasm');
  if (bytes !== null) writeFileSync(file, bytes);
  const notes: Note[] = [];
  const kernel = kernelOrNull((level, { code }, message) => notes.push({ level, code, message }), file);
  return { kernel, notes, file };
}

test('the built kernel is loaded without a log line', () => {
  const notes: unknown[] = [];
  expect(kernelOrNull((...note) => notes.push(note))).toBeInstanceOf(Kernel);
  expect(notes).toEqual([]);
});

test('a missing kernel gives one warning with the consequence, and the service continues', () => {
  const { kernel, notes, file } = loaded(null);
  expect(kernel).toBeNull();
  expect(notes).toEqual([
    {
      level: 'warn',
      code: 'kernel_missing',
      message: `${file}: cannot be read; npm run build makes it; networks run in Float64 instead of SIMD, 10 to 25 times slower`,
    },
  ]);
});

test('so does one that this machine cannot run', () => {
  const { kernel, notes, file } = loaded(Buffer.from('no kernel at all'));
  expect(kernel).toBeNull();
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatchObject({ level: 'warn', code: 'kernel_unusable' });
  expect(notes[0].message).toContain(`${file}: this machine cannot run it: `);
});

test.each(['tbptt', 'snap1', 'rtrl'])(
  'in SIMD by %s, a run that was stopped and restored gives the results of an uninterrupted one',
  (learner) => {
    const kernel = kernelOrNull(() => undefined);
    const site = siteOf({ tuning: { warmup: 300, learner, hidden_size: 8 } });
    const course = roomTemperature(700, { from: 600, until: 640 });
    const feed = (world: World, from: number, until: number): void => {
      for (const { at, value } of course.slice(from, until)) world.send('s/a', String(value), { receivedAt: at });
    };
    const whole = new World(site, {}, [], kernel);
    feed(whole, 0, 700);
    expect(whole.events.map(({ phase }) => phase)).toContain('opened');
    const first = new World(site, {}, [], kernel);
    feed(first, 0, 620);
    first.stop();
    const second = new World(site, { anomalyLog: first.logAfter() }, first.snapshots.values(), kernel);
    feed(second, 620, 700);
    expect([...first.answers, ...second.answers]).toEqual(whole.answers);
    expect([...first.events, ...second.events]).toEqual(whole.events);
  },
);

test('a snapshot of Float64 goes on in SIMD; one of SIMD is refused where there is none', () => {
  const simd = kernelOrNull(() => undefined);
  const run = (kernel: typeof simd, snapshots?: Iterable<Snapshot>): World => {
    const world = new World(siteOf(), {}, snapshots, kernel);
    world.send('s/a', '1', { receivedAt: 1e12 });
    world.stop();
    return world;
  };
  expect(run(simd, run(null).snapshots.values()).said('info')).toEqual([
    'learned state restored in part: everything learned about each series is kept; the weights of the network are kept',
  ]);
  expect(run(null, run(simd).snapshots.values()).said('warn')).toEqual([
    'a: its snapshot was made for gru of 16 units in SIMD, tbptt of horizon 16, update every 1, series a, but the ' +
      'site file now gives gru of 16 units in Float64, tbptt of horizon 16, update every 1, series a; the stream starts a new warm-up',
  ]);
});

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, runProgram, startService } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A site of its own, with a short warm-up. */
const site = (name: string, url: string): string => {
  const { path, remove } = directory({
    'site.yaml': `site: ${name}
database: zankyo.db
mqtt: { url: '${url}' }
inputs: [{ topic: rooms/+, name: '{1}', unit: °C }]
tuning: { warmup: 100, warmup_time: 0s }
commit: { every: 0s }
`,
  });
  cleanUps.push(remove);
  return path;
};

let house: string;
let barn: string;
const zankyo = async (cwd: string, ...args: string[]) => {
  const { code, stdout, stderr } = await runProgram([...args, '-c', 'site.yaml', '--json'], cwd);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};

/** A service has read 150 values of the hall; meanwhile it was told of a fault that it had missed, and was copied. It is stopped now. */
beforeAll(async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  house = site('house', broker.url);
  barn = site('barn', broker.url);
  const service = await startService(house, cleanUps);
  const sensor = await connectAsync(broker.url);
  cleanUps.push(() => sensor.endAsync(true));
  for (let i = 0; i < 150; i++) await sensor.publishAsync('rooms/hall', (20 + Math.sin(i)).toFixed(2), { qos: 1 });
  // The broker has taken all; one without a value is remarked on when the service has, too.
  await sensor.publishAsync('rooms/hall', 'unavailable', { qos: 1 });
  await service.logged('The device reports a missing value');
  const label = await zankyo(house, 'label', 'missed', 'hall', '--from', '1h', '--until', '30m', '--note', 'window');
  expect(label).toMatchObject({ command: 'missed', series: 'hall', status: 'done', undo: true });
  const copy = await zankyo(house, 'backup', '-o', 'copy.db');
  expect(copy).toEqual({
    ...{ schema: 1, file: 'copy.db', database: join(house, 'zankyo.db') },
    size: statSync(join(house, 'copy.db')).size,
  });
  await service.end('SIGTERM');
}, 60_000);

test('check: what the file has', async () => {
  expect(await zankyo(house, 'check', '--connect')).toEqual({
    ...{ schema: 1, config: 'site.yaml', valid: true, site: 'house', inputs: 1, groups: 0, warnings: [] },
    ...{ broker: 'reached', doubt: null },
  });
});

test('label: it is among the labels, and as a window for evaluate', async () => {
  expect(await zankyo(house, 'labels')).toMatchObject({ kind: 'missed', series: 'hall', note: 'window' });
  const { stdout } = await runProgram(['labels', '--windows', '-c', 'site.yaml'], house);
  const windows = JSON.parse(stdout) as Record<string, readonly [string, string][]>;
  const [[from, until]] = windows['hall.csv'];
  expect(Date.parse(until) - Date.parse(from)).toBe(1_800_000);
});

test('export and import: another site starts with all that was learned, and a tenth of a warm-up', async () => {
  const file = join(house, 'hall.learned');
  const written = await zankyo(house, 'export', 'hall', '-o', file);
  expect(written).toMatchObject({ schema: 1, file, site: 'house', stream: 'hall', samples: 150 });
  const read = await zankyo(barn, 'import', file, 'stable');
  expect(read).toMatchObject({ into: 'stable', stream: 'hall', site: 'house', samples: 150 });
  const learned = await zankyo(barn, 'series');
  expect(learned).toMatchObject({ name: 'stable', state: { phase: 'learning', unit: '°C' } });
  expect((learned['state'] as { warmup: number }).warmup).toBeCloseTo(0.9, 2);

  const again = await runProgram(['import', 'copy.db', '-c', 'site.yaml'], house);
  expect([again.code, again.stdout]).toEqual([66, '']);
});

test('weights export and import', async () => {
  const file = join(house, 'hall.safetensors');
  const written = await zankyo(house, 'weights', 'export', 'hall', '-o', file);
  expect(written).toMatchObject({ schema: 1, file, stream: 'hall', saved_at: expect.stringMatching(/Z$/) as string });
  const read = await zankyo(house, 'weights', 'import', 'hall', file);
  expect(read).toEqual({ ...written, database: join(house, 'zankyo.db') });
});

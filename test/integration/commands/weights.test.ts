import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { restore, snapshotOf } from '../../../src/app/pipeline/restore/checkpoint.ts';
import { monitorOptions } from '../../../src/app/pipeline/monitor-options.ts';
import { plansOf } from '../../../src/app/pipeline/stream-plan.ts';
import { loadSite } from '../../../src/config/load.ts';
import type { Reading } from '../../../src/detect/reading.ts';
import { StreamMonitor } from '../../../src/detect/stream-monitor.ts';
import { openDatabase } from '../../../src/io/sqlite/database.ts';
import { loadKernel } from '../../../src/io/files/kernel-file.ts';
import { SnapshotStore } from '../../../src/io/sqlite/snapshots/snapshot-store.ts';
import { decodeSafetensors, encodeSafetensors, toNumbers, toTensor } from '../../../src/nn/safetensors.ts';
import { roomTemperature } from '../../room-temperature.ts';
import { directory, runProgram, startProgram, type Ending } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const kernel = loadKernel();
const NETWORKS = [
  'cell: gru',
  'cell: rnn, learner: rtrl',
  'cell: lstm, peepholes: true',
  'cell: elementwise, learner: snap1',
] as const;

/** A site with a network of this tuning, in a directory of its own. */
const house = (tuning: string = NETWORKS[0], seed = 1): string => {
  const { path, remove } = directory({
    'site.yaml': `site: house
database: zankyo.db
mqtt: { url: 'mqtt://127.0.0.1:1' }
inputs:
  - { topic: rooms/+, name: '{1}' }
  - { topic: pump/a, name: a }
  - { topic: pump/b, name: b }
groups: { pump: { series: [a, b] } }
tuning: { hidden_size: 5, seed: ${seed}, ${tuning} }
`,
  });
  cleanUps.push(remove);
  return path;
};

/** The stream as the service would build it. */
const fresh = (cwd: string, stream: string): StreamMonitor => {
  const { site } = loadSite(join(cwd, 'site.yaml'), {});
  const [{ series, tuning }] = plansOf(site, stream);
  return new StreamMonitor(stream, series, monitorOptions(tuning, kernel), () => undefined);
};
const store = <T>(cwd: string, use: (store: SnapshotStore) => T): T => {
  const db = openDatabase(join(cwd, 'zankyo.db'));
  try {
    return use(new SnapshotStore(db));
  } finally {
    db.close();
  }
};
/** What the service would go on with. */
const saved = (cwd: string, stream: string): StreamMonitor => {
  const monitor = fresh(cwd, stream);
  restore(
    monitor,
    store(cwd, (snapshots) => snapshots.load(stream).whole[0]),
  );
  return monitor;
};
const learn = (monitor: StreamMonitor): StreamMonitor => {
  for (const { at, value } of roomTemperature(60))
    monitor.series.forEach(({ slug }, d) => {
      const reading = monitor.order(d, { series: slug, at, value: value + d, receivedAt: at });
      monitor.take(d, reading as Reading);
    });
  return monitor;
};
const thetaOf = ({ detector: { forecaster } }: StreamMonitor): Float64Array => {
  const theta = new Float64Array(forecaster!.network.core.parameterCount);
  forecaster!.network.core.read(theta);
  return theta;
};
/** A house in which this stream has learned. */
const learned = (stream: string, tuning?: string): { cwd: string; theta: Float64Array } => {
  const cwd = house(tuning);
  const monitor = learn(fresh(cwd, stream));
  store(cwd, (snapshots) => {
    snapshots.save([snapshotOf(monitor, Date.UTC(2026, 0, 5, 12), 1)]);
  });
  return { cwd, theta: thetaOf(monitor) };
};
const exported = (cwd: string, stream: string): Promise<Ending> =>
  runProgram(['weights', 'export', stream, '-c', 'site.yaml', '-o', 'out.safetensors'], cwd);
const imported = (cwd: string, stream: string, file: string): Promise<Ending> =>
  runProgram(['weights', 'import', stream, file, '-c', 'site.yaml'], cwd);

const expectSentence = ({ code, stdout, stderr }: Ending, exit: number, says: string): void => {
  expect(stderr).toContain(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ stdout, code }).toEqual({ stdout: '', code: exit });
};

test('a newest state of another kind of network goes on in the network of the site file, as in the service', async () => {
  const { cwd } = learned('hall');
  const other = learn(fresh(house('cell: lstm'), 'hall'));
  store(cwd, (snapshots) => {
    snapshots.save([snapshotOf(other, Date.UTC(2026, 0, 5, 13), 2)]);
  });
  const out = await exported(cwd, 'hall');
  expect([out.code, out.stderr]).toEqual([0, '']);
  expect(out.stdout).toContain(' state of hall at 2026-01-05 13:00 UTC.');
});

describe.each(NETWORKS)('%s', (tuning) => {
  test.each(['hall', 'pump'])(
    'what %s has learned goes into a file, and from there into another database',
    async (stream) => {
      const { cwd, theta } = learned(stream, tuning);
      const out = await exported(cwd, stream);
      expect(out.code).toBe(0);
      expect(out.stdout).toContain(`out.safetensors: ${theta.length} weights of a network: `);
      expect(out.stdout).toContain(` state of ${stream} at 2026-01-05 12:00 UTC.\n`);
      const file = join(cwd, 'out.safetensors');
      const { tensors } = decodeSafetensors(readFileSync(file));
      expect([...tensors.values()].flatMap((tensor) => [...toNumbers(tensor)]).sort()).toEqual([...theta].sort());
      expect(tensors.get('head.bias')!.shape).toEqual([stream === 'pump' ? 64 : 32]);

      // Another house with another seed, where nothing has been learned, and one where something has.
      const empty = house(tuning, 2);
      const begun = await imported(empty, stream, file);
      expect([begun.code, begun.stderr]).toEqual([0, '']);
      expect(begun.stdout).toContain(`${stream} warms up with them at the next start.`);
      expect(thetaOf(saved(empty, stream))).toEqual(theta);
      expect(saved(empty, stream).status.samples).toBe(0);

      const before = house(tuning, 2);
      const monitor = learn(fresh(before, stream));
      store(before, (snapshots) => {
        snapshots.save([snapshotOf(monitor, 0, 1), snapshotOf(monitor, 0, 2)]);
      });
      expect(thetaOf(saved(before, stream))).not.toEqual(theta);
      expect((await imported(before, stream, file)).stdout).toContain(`${stream} uses them at the next start.`);
      const after = saved(before, stream);
      expect(thetaOf(after)).toEqual(theta);
      expect(after.status.samples).toBe(monitor.status.samples);
      // Each sensor goes on in time from where it was.
      const { at } = roomTemperature(60)[59];
      const again = { series: after.series[0].slug, at, value: 0, receivedAt: at + 60_000 };
      expect(after.order(0, again)).toBe('duplicate');
      // No older state is left that would bring the old weights back; what was heard since is still to come.
      expect(store(before, (snapshots) => snapshots.load(stream))).toMatchObject({
        whole: [{ at: 0, seq: 2 }],
        damaged: 0,
      });
    },
  );
});

test('the last good copy is of the imported weights too: what is lost comes back as them', async () => {
  const { cwd, theta } = learned('hall');
  await exported(cwd, 'hall');
  const other = house(NETWORKS[0], 2);
  await imported(other, 'hall', join(cwd, 'out.safetensors'));
  const { network } = saved(other, 'hall').detector.forecaster!;
  network.core.write(new Float64Array(theta.length).fill(NaN));
  network.advance(new Float64Array(network.options.inputSize));
  expect(network.count('rollBacks')).toBe(1);
  const back = new Float64Array(theta.length);
  network.core.read(back);
  back.forEach((w, p) => {
    const block = theta.slice(p - (p % 32), p - (p % 32) + 32); // they share an exponent (src/nn/last-good.ts)
    expect(Math.abs(w - theta[p])).toBeLessThanOrEqual(Math.max(...block.map(Math.abs)) / 127);
  });
});

describe('is refused, and nothing has changed:', () => {
  test('a stream of which nothing is saved, and one that the site has not', async () => {
    const { cwd } = learned('hall');
    expectSentence(await exported(cwd, 'attic'), 66, 'no state of "attic" is saved; saved are hall');
    const narrow = readFileSync(join(cwd, 'site.yaml'), 'utf8').replace("name: '{1}'", "name: '{1}-t'");
    writeFileSync(join(cwd, 'site.yaml'), narrow);
    expectSentence(await exported(cwd, 'hall'), 66, 'has no group and no input for a stream "hall"');
  });

  test('a file that is not there, is none, or is of another network', async () => {
    const { cwd, theta } = learned('hall');
    expectSentence(await imported(cwd, 'hall', 'none.safetensors'), 66, 'none.safetensors: there is no such file');
    writeFileSync(join(cwd, 'diary'), 'This is a diary.\n'.repeat(9));
    expectSentence(await imported(cwd, 'hall', 'diary'), 66, 'diary: not a safetensors file');
    await exported(cwd, 'hall');
    expectSentence(
      await imported(cwd, 'pump', 'out.safetensors'),
      66,
      'the file holds gru (inputs 8, hidden units 5), expected gru (inputs 12, hidden units 5)',
    );
    const { tensors } = decodeSafetensors(readFileSync(join(cwd, 'out.safetensors')));
    const bias = tensors.get('head.bias')!;
    const far = new Map(tensors).set('head.bias', toTensor(toNumbers(bias).fill(1e30), bias.shape));
    writeFileSync(join(cwd, 'far'), encodeSafetensors(far));
    expectSentence(await imported(cwd, 'hall', 'far'), 66, 'far: a weight of size 1e+30; expected none above 1000000');
    expect(thetaOf(saved(cwd, 'hall'))).toEqual(theta);
  });

  test('a file that cannot be written', async () => {
    const { cwd } = learned('hall');
    const ending = await runProgram(
      ['weights', 'export', 'hall', '-c', 'site.yaml', '-o', 'nowhere/out.safetensors'],
      cwd,
    );
    expectSentence(
      ending,
      64,
      '--out nowhere/out.safetensors: cannot be written; does the directory exist, and may this user write to it?',
    );
  });

  test('to import while the service runs; to export is allowed', async () => {
    const { cwd, theta } = learned('hall');
    const service = startProgram(['run', '-c', 'site.yaml'], cwd);
    cleanUps.push(() => service.child.kill('SIGKILL'));
    await service.logged('started');
    expect((await exported(cwd, 'hall')).code).toBe(0);
    expect(statSync(join(cwd, 'out.safetensors')).mode & 0o077).toBe(0); // for its owner only
    expectSentence(
      await imported(cwd, 'hall', 'out.safetensors'),
      1,
      'zankyo.db is in use by another process, probably the service: stop that first, as only one may write to it',
    );
    expect((await service.end('SIGTERM')).code).toBe(0);
    expect((await imported(cwd, 'hall', 'out.safetensors')).code).toBe(0);
    expect(thetaOf(saved(cwd, 'hall'))).toEqual(theta);
  });
});

test('where the site file has changed to the network of the file, the old state goes on with these weights', async () => {
  const { cwd, theta } = learned('hall', 'cell: lstm');
  await exported(cwd, 'hall');
  const other = learned('hall').cwd;
  writeFileSync(join(other, 'site.yaml'), readFileSync(join(cwd, 'site.yaml')));
  const { code, stdout, stderr } = await imported(other, 'hall', join(cwd, 'out.safetensors'));
  expect(stderr).toBe('');
  expect(stdout).toContain('hall uses them at the next start');
  expect(code).toBe(0);
  expect(thetaOf(saved(other, 'hall'))).toEqual(theta);
});

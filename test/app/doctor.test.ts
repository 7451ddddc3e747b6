import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { problems, sizeText } from '../../src/app/doctor/finding.ts';
import { examineKernel, networksOf } from '../../src/app/doctor/networks.ts';
import { examineDatabase } from '../../src/app/doctor/site.ts';
import { AppError } from '../../src/errors.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { asOther, directory, found, installed, YAML } from './doctor/installed-service.ts';
import { siteOf } from './world.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '0.977 KiB'],
  [18_270, '17.8 KiB'],
  [4.25 * 2 ** 20, '4.25 MiB'],
  [2 ** 40, '1 TiB'],
])('%d is %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

describe('a failure', () => {
  test('becomes a problem for each of its lines', () => {
    const error = new AppError('config_invalid', 'site.yaml:1:1: a\nsite.yaml:2:1: b');
    expect(problems({ part: 'site', about: 'file' }, error)).toEqual([
      { part: 'site', about: 'file', state: 'problem', text: 'site.yaml:1:1: a', code: 'config_invalid' },
      { part: 'site', about: 'file', state: 'problem', text: 'site.yaml:2:1: b', code: 'config_invalid' },
    ]);
  });

  test('of our own is none for the operator', () => {
    expect(() => problems({ part: 'site', about: 'file' }, new RangeError('ours'))).toThrow('ours');
  });
});

describe('the networks of a site', () => {
  const kinds = (rest: Readonly<Record<string, unknown>>): unknown =>
    networksOf(siteOf(rest)).map(({ tuning: { cell, hiddenSize }, series, group }) => [
      cell,
      hiddenSize,
      series,
      group,
    ]);

  test('are one where nothing is tuned, however many inputs', () => {
    expect(kinds({ inputs: [{ topic: 'a' }, { topic: 'b' }, { topic: 'c/+' }] })).toEqual([['gru', 16, 1, null]]);
  });

  test('differ by the cost of a step, and by nothing else', () => {
    const tuned = (tuning: Readonly<Record<string, unknown>>, i: number) => ({ topic: `t${i}`, tuning });
    const inputs = [{}, { cell: 'rnn' }, { hidden_size: 8 }, { sensitivity: 2 }, { train_every: 4 }].map(tuned);
    expect(kinds({ inputs })).toEqual([
      ['gru', 16, 1, null],
      ['rnn', 16, 1, null],
      ['gru', 8, 1, null],
      ['gru', 16, 1, null],
    ]);
  });

  test('are those of the groups where all series are in groups', () => {
    const groups = { one: { series: ['a', 'b'] }, two: { series: ['c', 'd'] }, big: { series: ['e', 'f', 'g'] } };
    const inputs = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((topic) => ({ topic }));
    expect(kinds({ inputs, groups })).toEqual([
      ['gru', 16, 2, 'one'],
      ['gru', 16, 3, 'big'],
    ]);
  });
});

test('without the kernel the core is Float64, with the reason and what it costs', () => {
  const { kernel, finding } = examineKernel(join(directory(), 'kernel.wasm'));
  expect(kernel).toBeNull();
  expect(finding).toMatchObject({ state: 'warning', code: 'kernel_missing', data: { core: 'float64' } });
  expect(finding.text).toMatch(
    /cannot be read; npm run build makes it; networks run in Float64 instead of SIMD, .*\.$/,
  );
});

describe('a site file of the service, called without the environment that systemd gives it', () => {
  test('has its database in the state directory of the service, which the finding names', async () => {
    const { service, config } = installed();
    mkdirSync(service.state, { recursive: true });
    openDatabase(join(service.state, 'zankyo.db')).close();
    const [finding, ...more] = await found('database', service, config);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ state: 'ok', data: { path: join(service.state, 'zankyo.db'), streams: 0 } });
    expect(finding.text).toContain('in the state directory of the service (STATE_DIRECTORY is not set here)');
  });

  test('is in order before the first start, which makes that directory', async () => {
    const { service, config } = installed();
    expect(await found('database', service, config)).toMatchObject([
      { state: 'ok', text: `${service.state} does not exist yet: systemd makes it when the service starts.` },
    ]);
  });

  test('is no problem for a user who may not look into that directory: a warning says who may', async () => {
    const { root, service, config } = installed();
    mkdirSync(join(root, 'var/lib/private/zankyo'), { recursive: true });
    symlinkSync('private/zankyo', service.state);
    chmodSync(join(root, 'var/lib/private'), 0o700);
    const findings = await asOther(join(root, 'var/lib/private'), () => found('database', service, config));
    expect(findings).toMatchObject([
      {
        state: 'warning',
        text: `${join(service.state, 'zankyo.db')} was not checked: this user may not enter the state directory of the service; run doctor with sudo.`,
      },
    ]);
  });

  test('as one of several sites has its own state and secrets', async () => {
    const { service } = installed();
    const config = join(service.config, 'pumps.yaml');
    writeFileSync(config, YAML);
    mkdirSync(join(service.config, 'pumps'));
    writeFileSync(join(service.config, 'pumps/mqtt-password'), 'secret\n', { mode: 0o600 });
    const [finding] = await found('database', service, config);
    expect(finding.text).toContain(join(service.sites, 'pumps'));
    const [password] = await found('password', service, config);
    expect(password.text).toBe(`From ${join(service.config, 'pumps/mqtt-password')}.`);
    // A file of another name that zankyo.service reads: there is its state, and none of such a site.
    mkdirSync(service.state, { recursive: true });
    expect((await found('database', service, config))[0].text).toContain(join(service.state, 'zankyo.db'));
    mkdirSync(join(service.sites, 'pumps'), { recursive: true });
    expect((await found('database', service, config))[0].text).toContain(join(service.sites, 'pumps'));
  });

  test('elsewhere, or with STATE_DIRECTORY, assumes nothing', async () => {
    const { root, service, config } = installed();
    const state = join(root, 'mine');
    mkdirSync(state);
    expect(await found('database', service, config, { STATE_DIRECTORY: state })).toMatchObject([
      { data: { path: join(state, 'zankyo.db') } },
    ]);
    expect(await found('database', { ...service, config: root }, config)).toMatchObject([
      { data: { path: join(process.cwd(), 'zankyo.db') } },
    ]);
  });
});

describe('the database', () => {
  test('that is not there yet is none of our concern, and is not made', () => {
    const path = join(directory(), 'zankyo.db');
    const [before] = examineDatabase(path);
    expect(before).toMatchObject({ state: 'ok' });
    expect(before.text).toMatch(/ does not exist yet; the first start creates it; [\d.]+ \w+ are free\.$/);
    expect([...examineDatabase(path)]).toMatchObject([
      { state: 'ok', text: expect.stringContaining('does not exist yet') as string },
    ]);
  });

  test('that is there has its size and its streams', () => {
    const path = join(directory(), 'zankyo.db');
    openDatabase(path).close();
    const [finding] = examineDatabase(path);
    expect(finding).toMatchObject({ state: 'ok', data: { path, streams: 0 } });
    expect(finding.text).toMatch(/ has [\d.]+ KiB and the learned state of no streams; /);
  });

  test.each<[what: string, path: (directory: string) => string, says: string]>([
    ['in no directory', (path) => join(path, 'nowhere/zankyo.db'), 'its directory does not exist; create it'],
    [
      'that is none',
      (path) => {
        writeFileSync(join(path, 'diary.db'), 'This is a diary.\n'.repeat(100));
        return join(path, 'diary.db');
      },
      'is not an SQLite database',
    ],
  ])('%s is a problem', (_, path, says) => {
    const [finding, ...more] = examineDatabase(path(directory()));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ state: 'problem', code: 'database_unusable' });
    expect(finding.text).toContain(says);
  });
});

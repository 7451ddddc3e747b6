import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { credentialOf, instanceOf, unitOf, type Installed } from '../../../src/app/doctor/installed.ts';

const root = mkdtempSync(join(tmpdir(), 'zankyo-installed-'));
const [config, units] = ['config', 'units'].map((name) => join(root, name));
const service: Installed = {
  config,
  state: join(root, 'state'),
  sites: join(root, 'sites'),
  stores: ['/etc/credstore'],
  units: [units],
  readUnit: () => null,
};
mkdirSync(units);
afterAll(() => {
  rmSync(root, { recursive: true });
});

test('a file beside site.yaml is one of several sites, by its name', () => {
  expect(instanceOf(join(config, 'pumps.yaml'), service)).toBe('pumps');
  expect(instanceOf(join(config, 'site.yaml'), service)).toBeNull();
  expect(instanceOf(join(root, 'pumps.yaml'), service)).toBeNull();
});

test('a unit runs a site file of its directory, once it is installed', () => {
  const files = ['site.yaml', 'pumps.yaml', '../site.yaml'].map((name) => join(config, name));
  const all = (): readonly (string | null)[] => files.map((file) => unitOf(file, service));
  expect(all()).toEqual([null, null, null]);
  writeFileSync(join(units, 'zankyo.service'), '');
  expect(all()).toEqual(['zankyo', null, null]);
  writeFileSync(join(units, 'zankyo@.service'), '');
  expect(all()).toEqual(['zankyo', 'zankyo@pumps', null]);
  expect(files.map((file) => credentialOf(file, service))).toEqual([
    '/etc/credstore/zankyo.mqtt-password',
    '/etc/credstore/zankyo.pumps.mqtt-password',
    null,
  ]);
});

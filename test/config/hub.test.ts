import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadHub, hubJsonSchema } from '../../src/config/hub/load-hub.ts';
import { optionRows, optionTable } from '../../src/config/reference.ts';
import { AppError } from '../../src/errors.ts';
import { directoryWith } from './site.ts';

const root = resolve(import.meta.dirname, '../..');
const load = (yaml: string, files: Readonly<Record<string, string>> = {}, env: NodeJS.ProcessEnv = {}) => {
  const directory = directoryWith({ ...files, 'hub.yaml': yaml });
  try {
    return loadHub(join(directory, 'hub.yaml'), env);
  } catch (error) {
    if (error instanceof AppError) return error.message.replaceAll(`${directory}/`, '').split('\n');
    throw error;
  }
};

test('config/hub.yaml is accepted without a warning, and its broker is all that must be given', () => {
  const given = load(readFileSync(join(root, 'config/hub.yaml'), 'utf8'));
  expect(given).toMatchObject({ warnings: [] });
  expect(load('mqtt: { url: mqtt://localhost:1883 }\n')).toEqual(given);
});

test('passwords come from where those of a site come from, and the client id has the name of the hub', () => {
  const yaml =
    'name: east\nmqtt: { url: mqtts://h, password: !secret a }\npostgres: { url: postgres://h/db, password: !env PG }\n';
  expect(load(yaml, { 'secrets.yaml': 'a: one\n' }, { PG: 'two', STATE_DIRECTORY: '/var/lib/hub' })).toMatchObject({
    hub: {
      mqtt: { password: 'one', clientId: 'zankyo-east' },
      postgres: { password: 'two', tls: false },
      database: '/var/lib/hub/zankyo-hub.db',
    },
    warnings: [],
  });
});

test('the password of PostgreSQL may be a systemd credential, and ca is relative to the hub file', () => {
  const credentials = directoryWith({ 'postgres-password': 'three\n' });
  const yaml = 'mqtt: { url: mqtt://h }\npostgres: { url: postgres://h/db, tls: true, ca: pki/ca.pem }\n';
  const loaded = load(yaml, {}, { CREDENTIALS_DIRECTORY: credentials });
  if (Array.isArray(loaded)) throw new Error(loaded.join());
  const { hub } = loaded;
  expect(hub.postgres).toMatchObject({ password: 'three', tls: true });
  expect(hub.postgres?.ca).toMatch(/^\/.*\/pki\/ca\.pem$/);
});

test('the password of NATS may be a systemd credential too, and its files are relative to the hub file', () => {
  const credentials = directoryWith({ 'nats-password': 'four\n' });
  const yaml = (more: string): string =>
    `mqtt: { url: mqtt://h }\nnats: { servers: ['tls://h:4222'], username: hub, tls: { ca: pki/ca.pem }${more} }\n`;
  const passwordIn = (more: string) => {
    const loaded = load(yaml(more), {}, { CREDENTIALS_DIRECTORY: credentials, NATS: 'five' });
    if (Array.isArray(loaded)) throw new Error(loaded.join());
    expect(loaded.hub.nats?.tls.ca).toMatch(/^\/.*\/pki\/ca\.pem$/);
    expect(loaded.hub.nats?.username).toBe('hub');
    return loaded.hub.nats?.password;
  };
  expect([passwordIn(''), passwordIn(', password: !env NATS')]).toEqual(['four', 'five']);
});

describe('mistakes', () => {
  test.each([
    [
      'mqtt: { url: mqtt://h }\nnats: { servers: ["nats://me:pw@h:4222"] }\n',
      '2:19: nats.servers[0]: expected nats://, tls://, ws:// or wss://, then host and port, with no username or password in it; got "nats://me:pw@h:4222"',
    ],
    [
      'mqtt: { url: mqtt://h }\nnats: { servers: ["tls://h:4222"], tls: { cert: a.pem } }\n',
      '2:43: nats.tls.cert: expected key as well; both are required',
    ],
    [
      'mqtt: { url: "mqtts://h", tls: { key: a.pem } }\n',
      '1:34: mqtt.tls.key: expected cert as well; both are required',
    ],
    [
      'mqtt: { url: mqtt://h }\nmising_after: 5m\n',
      '2:1: mising_after: unknown option "mising_after"; did you mean "missing_after"?',
    ],
    [
      'mqtt: { url: mqtt://h }\npostgres: { url: "postgres://me:pw@h/db" }\n',
      '2:18: postgres.url: expected postgres://, then host and database, with no username or password in it',
    ],
    [
      'mqtt: { url: mqtt://h }\npostgres: { url: "postgres://h/db", ca: ca.pem }\n',
      '2:41: postgres.ca: needs tls: true',
    ],
    [
      'mqtt: { url: mqtt://h }\nassets: [{ name: pumps, series: [pump-*] }]\n',
      '2:34: assets[0].series[0]: expected site/series, with * for any characters, such as */pump-*-flow; got "pump-*"',
    ],
    [
      'mqtt: { url: mqtt://h }\nmissing_after: 1m\n',
      '2:16: missing_after: expected a duration from 2m to 30d such as "30s", "5m" or "1h30m"; got "1m"',
    ],
  ])('%j', (yaml, line) => {
    expect(load(yaml)).toEqual([`hub.yaml:${line}`]);
  });
});

test('docs/hub.md has every option with its sentence; those of mqtt, http and log are in docs/configuration.md', () => {
  const rows = optionRows(hubJsonSchema()).filter(
    ({ path }) => path.length === 1 || !['mqtt', 'http', 'log'].includes(path[0]),
  );
  expect(readFileSync(join(root, 'docs/hub.md'), 'utf8')).toContain(
    `<!-- options -->\n\n${optionTable(rows)}\n\n<!-- /options -->`,
  );
});

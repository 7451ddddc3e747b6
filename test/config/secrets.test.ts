import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSite } from '../../src/config/load.ts';
import { directoryWith, failure, load } from './site.ts';

const site = (mqtt: string): string => `site: home\nmqtt:\n  url: mqtt://localhost\n${mqtt}inputs:\n  - topic: a\n`;

describe('the password', () => {
  test.each([
    ['in the file', '  password: hunter2\n', {}, {}],
    ['from secrets.yaml', '  password: !secret mqtt\n', { 'secrets.yaml': 'mqtt: hunter2\n' }, {}],
    ['from the environment', '  password: !env PW\n', {}, { PW: 'hunter2' }],
    ['from a file', '  password_file: pw\n', { pw: 'hunter2\n' }, {}],
  ])('%s', (_, mqtt, files, env) => {
    expect(load(site(mqtt), files, env)).toMatchObject({ site: { mqtt: { password: 'hunter2' } }, warnings: [] });
  });

  test('as a systemd credential, unless the file says otherwise; no credential is no mistake', () => {
    const credentials = directoryWith({ 'mqtt-password': ' from systemd \r\n' });
    const env = { CREDENTIALS_DIRECTORY: credentials };
    expect(load(site(''), {}, env).site.mqtt.password).toBe(' from systemd ');
    expect(load(site('  password: hunter2\n'), {}, env).site.mqtt.password).toBe('hunter2');
    expect(load(site('  password_file: pw\n'), { pw: 'hunter2' }, env).site.mqtt.password).toBe('hunter2');
    expect(load(site(''), {}, { CREDENTIALS_DIRECTORY: directoryWith({}) }).site.mqtt).not.toHaveProperty('password');
  });

  test('is never told, but where it comes from is', () => {
    const from = (mqtt: string, env: NodeJS.ProcessEnv = {}): string | null =>
      load(site(mqtt), { 'secrets.yaml': 'mqtt: hunter2\n', pw: 'hunter2\n' }, env).passwordSource;
    expect(from('')).toBeNull();
    expect(from('  password: hunter2\n')).toBe('mqtt.password');
    expect(from('  password: !secret mqtt\n')).toBe('!secret mqtt');
    expect(from('  password: !env PW\n', { PW: 'hunter2' })).toBe('!env PW');
    expect(from('  password_file: pw\n')).toMatch(/^\/.*\/pw$/);
    const credentials = directoryWith({ 'mqtt-password': 'hunter2' });
    expect(from('', { CREDENTIALS_DIRECTORY: credentials })).toBe(join(credentials, 'mqtt-password'));
  });

  test('a PIN in secrets.yaml stays text, with its zeros', () => {
    const { mqtt } = load(site('  username: !secret user\n  password: !secret pin\n'), {
      'secrets.yaml': 'user: 1e3\npin: 0042\n',
    }).site;
    expect([mqtt.username, mqtt.password]).toEqual(['1e3', '0042']);
  });

  test('a file that is not there, and one that is empty', () => {
    expect(failure(site('  password_file: pw\n')).lines).toEqual([
      'site.yaml:4:18: mqtt.password_file: expected a file that this user may read; pw gives ENOENT',
    ]);
    expect(failure(site('  password_file: pw\n'), { pw: '\n' }).lines).toEqual([
      'site.yaml:4:18: mqtt.password_file: expected a secret in pw; the file is empty',
    ]);
  });
});

describe('what cannot be resolved', () => {
  const secrets = { 'secrets.yaml': 'mqtt_password: hunter2\nempty:\n' };
  test.each([
    [
      '  password: !secret mqtt_pasword\n',
      secrets,
      '4:21: mqtt.password: no secret "mqtt_pasword" in secrets.yaml; did you mean "mqtt_password"?',
    ],
    ['  password: !secret empty\n', secrets, '4:21: mqtt.password: expected text as secret "empty" in secrets.yaml'],
    [
      '  password: !secret\n',
      secrets,
      '4:3: mqtt.password: expected the name of a secret in secrets.yaml after !secret',
    ],
    ['  password: !secret x\n', {}, '4:21: mqtt.password: !secret x: secrets.yaml: there is no such file'],
    [
      '  password: !secret x\n',
      { 'secrets.yaml': '- hunter2\n' },
      '4:21: mqtt.password: !secret x: secrets.yaml: expected lines of the form name: value',
    ],
    [
      '  password: !secret x\n',
      { 'secrets.yaml': 'x: 1\nx: 2\n' },
      '4:21: mqtt.password: !secret x: secrets.yaml:2:1: not YAML: the same key twice in one section',
    ],
    ['  password: !env ZANKYO_PW\n', {}, '4:18: mqtt.password: environment variable ZANKYO_PW is not set'],
    ['  password: !env constructor\n', {}, '4:18: mqtt.password: environment variable constructor is not set'],
    ['  password: !env\n', {}, '4:3: mqtt.password: expected the name of an environment variable after !env'],
  ])('%s', (mqtt, files, line) => {
    expect(failure(site(mqtt), files as Record<string, string>)).toEqual({
      code: 'config_invalid',
      lines: [`site.yaml:${line}`],
    });
  });

  test('stands in one list with everything else', () => {
    expect(failure('site: !env SITE\nmqtt:\n  url: !secret url\n  keepalive: 3\ninputs: [{topic: a}]\n').lines).toEqual(
      [
        'site.yaml:1:12: site: environment variable SITE is not set',
        'site.yaml:3:16: mqtt.url: !secret url: secrets.yaml: there is no such file',
        'site.yaml:4:14: mqtt.keepalive: expected a duration from 0s to 18h such as "30s", "5m" or "1h30m"; got 3',
      ],
    );
  });
});

describe('a secret is never repeated, wherever it stands', () => {
  test.each([
    ['  password: [hunter2]\n', {}],
    ['  password: {x: hunter2}\n', {}],
    ['  passwort: hunter2\n', {}],
    ['  keepalive: !secret x\n', { 'secrets.yaml': 'x: hunter2' }],
    ['  password: !secret x\n  client_id: [1]\n', { 'secrets.yaml': 'x: hunter2' }],
    ['  password: hunter2\n  protocol: hunter2\n', {}],
    ['  protocol: !env PW\n  tls: [!env PW]\n', {}],
    ['  password: !env PW\n  keepalive: hunter2\n', {}],
    ['  password: "hunter2', {}],
    ['  password: !secret x\n', { 'secrets.yaml': '- hunter2\nhunter2: hunter2\n' }],
  ])('%s', (mqtt, files) => {
    const { lines } = failure(site(mqtt), files, { PW: 'hunter2' });
    expect(lines.join('\n')).not.toContain('hunter2');
    expect(lines.join('\n')).toMatch(/^site\.yaml:\d+:\d+: /);
  });

  test('a password inside the URL is refused without it, whatever the scheme', () => {
    for (const url of ['mqtt://me:hunter2@host', 'http://me:hunter2@host', 'hunter2']) {
      expect(failure(site('').replace('mqtt://localhost', url)).lines).toEqual([
        'site.yaml:3:8: mqtt.url: expected mqtt://, mqtts://, ws:// or wss://, then the host, with no username or password in it',
      ]);
    }
  });

  test('nor is what stands in the place of the whole section', () => {
    expect(failure('site: s\ninputs: [{topic: a}]\nmqtt: [mqtt://me:hunter2@host]\n').lines).toEqual([
      'site.yaml:3:7: mqtt: expected a section with options',
    ]);
  });

  test('a numeric password is refused without it', () => {
    expect(failure(site('  password: 31337\n')).lines).toEqual(['site.yaml:4:13: mqtt.password: expected text']);
  });
});

describe('warnings', () => {
  const warnings = (yaml: string, files: Record<string, string> = {}, readable: readonly string[] = []): string[] => {
    const directory = directoryWith({ ...files, 'site.yaml': yaml });
    for (const name of readable) chmodSync(join(directory, name), 0o644);
    return loadSite(join(directory, 'site.yaml'), {}).warnings.map((line) => line.replaceAll(`${directory}/`, ''));
  };
  const exposed = (file: string): string =>
    `${file}: all users of this machine can read this file and the secrets in it; run chmod o-r on it`;

  test('secrets that everyone on the machine can read', () => {
    const secrets = { 'secrets.yaml': 'x: hunter2\n' };
    expect(warnings(site('  password: !secret x\n'), secrets, ['secrets.yaml', 'site.yaml'])).toEqual([
      exposed('secrets.yaml'),
    ]);
    expect(warnings(site('  password_file: pw\n'), { pw: 'x' }, ['pw'])).toEqual([exposed('pw')]);
    expect(warnings(site('  password: hunter2\n'), {}, ['site.yaml'])).toEqual([exposed('site.yaml')]);
    const tls = site('  tls: {cert: c.pem, key: k.pem}\n').replace('mqtt://', 'mqtts://');
    expect(warnings(tls, { 'k.pem': '', 'c.pem': '' }, ['k.pem', 'c.pem'])).toEqual([exposed('k.pem')]);
    expect(warnings(site(''), secrets, ['secrets.yaml', 'site.yaml'])).toEqual([]);
  });

  test('a password in clear text, except on this machine and under TLS', () => {
    const at = (url: string): string[] => warnings(site('  password: hunter2\n').replace('mqtt://localhost', url));
    expect(at('mqtt://broker:1883')).toEqual([
      'site.yaml:3:8: mqtt.url: the password is sent in clear text; mqtts:// would encrypt it',
    ]);
    expect(at('ws://broker/mqtt')).toEqual([
      'site.yaml:3:8: mqtt.url: the password is sent in clear text; wss:// would encrypt it',
    ]);
    for (const url of ['mqtt://127.0.0.1', 'mqtt://[::1]:1883', 'mqtts://broker', 'wss://broker/mqtt'])
      expect(at(url)).toEqual([]);
    expect(warnings(site('').replace('localhost', 'broker'))).toEqual([]);
  });

  test('what has no effect or not the one meant', () => {
    expect(warnings(site('  tls: {ca: ca.pem}\n'))).toEqual([
      'site.yaml:4:3: mqtt.tls: has no effect, since mqtt.url begins with mqtt://',
    ]);
    expect(warnings(`${site('')}database: ~/zankyo.db\n`)).toEqual([
      'site.yaml:6:11: database: "~" is not expanded and names a directory "~"; write the full path',
    ]);
    expect(warnings(`${site('')}  - {topic: b/+, name: b}\n`)).toEqual([
      'site.yaml:6:24: inputs[1].name: only the first topic that arrives becomes the series "b"; use {1} or {topic} in the name for one series per topic',
    ]);
    const key = (text: string): string =>
      `looks for a key "${text}"; a path is a list of keys with dots between them, such as ENERGY.Power`;
    expect(
      warnings(`${site('')}  - {topic: b, path: $.t.c}\n  - {topic: c, fields: [{path: /t/c}, {path: $t}]}\n`),
    ).toEqual([
      `site.yaml:6:22: inputs[1].path: ${key('$')}`,
      `site.yaml:7:32: inputs[2].fields[0].path: ${key('/t/c')}`,
    ]);
  });

  test('options of tbptt where another learner learns, unless some layer learns by tbptt after all', () => {
    const tuned = (tuning: string, field = ''): string[] =>
      warnings(`${site('')}    tuning: {${field}}\ntuning: {${tuning}}\n`);
    const said = (place: string, learner: string): string =>
      `site.yaml:${place}: has no effect: only tbptt uses it, and learner is ${learner} here`;
    expect(tuned('learner: snap1, horizon: 8, train_every: 2')).toEqual([
      said('7:26: tuning.horizon', 'snap1'),
      said('7:38: tuning.train_every', 'snap1'),
    ]);
    expect(tuned('learner: snap1, horizon: 8', 'learner: tbptt')).toEqual([]);
    expect(tuned('', 'horizon: 8, learner: rtrl')).toEqual([said('6:14: inputs[0].tuning.horizon', 'rtrl')]);
    expect(tuned('horizon: 8, learner: tbptt', 'learner: rtrl')).toEqual([]);
  });
});

test.each(['"a\\0b"', 'x'.repeat(5000), 'site.yaml/key.pem'])(
  'a private key whose mode cannot be told is no reason to stop here: %s',
  (key) => {
    expect(load(site(`  tls: {cert: x, key: ${key}}\n`).replace('mqtt:/', 'mqtts:/')).warnings).toEqual([]);
  },
);

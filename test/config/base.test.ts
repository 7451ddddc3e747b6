import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSite, type LoadedSite } from '../../src/config/load.ts';
import { directoryWith, failure, load } from './site.ts';

const BASE = `site: all
mqtt:
  url: mqtts://broker.example.org
  username: zankyo
inputs:
  - { topic: pump/+/temp, name: '{1}-temp', unit: °C }
  - { topic: pump/+/flow, name: '{1}-flow', unit: l/s }
groups:
  constructor: { series: [p1-temp, p1-flow] }
holidays: { dates: ['2026-12-25', '2026-12-26'] }
tuning: { cool_down: 2h, sensitivity: 2 }
`;
const SITE = `base: base.yaml
site: north
mqtt: { username: north }
inputs:
  - { topic: pump/+/flow, name: '{1}-flow', unit: m3/h }
  - { topic: tank/level }
holidays: { dates: ['2026-12-24'] }
tuning: { sensitivity: 0.5 }
`;

describe('a site file over its base', () => {
  const both = (): LoadedSite => load(SITE, { 'base.yaml': BASE });

  test('sections are joined, and an option of the file replaces that of the base', () => {
    const { site } = both();
    expect(site.site).toBe('north');
    expect(site.mqtt).toMatchObject({ url: 'mqtts://broker.example.org', username: 'north', clientId: 'zankyo-north' });
    expect(site.tuning).toMatchObject({ coolDown: 7_200_000, sensitivity: 0.5 });
  });

  test('a list replaces the list', () => {
    const { site } = both();
    expect(site.holidays.dates).toEqual(['2026-12-24']);
  });

  test('inputs are those of both; for a topic of both, that of the file', () => {
    const { site } = both();
    expect(site.inputs.map(({ topic, fields }) => [topic, fields[0].unit])).toEqual([
      ['pump/+/temp', '°C'],
      ['pump/+/flow', 'm3/h'],
      ['tank/level', ''],
    ]);
  });

  test('a name that every object inherits is a name like others', () => {
    const { site } = both();
    expect(Object.entries(site.groups)).toEqual([['constructor', { series: ['p1-temp', 'p1-flow'], tuning: {} }]]);
  });

  test('the files are named, and the base is no option of the site', () => {
    const { site, files } = both();
    expect(files.map((file) => file.split('/').at(-1))).toEqual(['site.yaml', 'base.yaml']);
    expect(site).not.toHaveProperty('base');
  });

  test('a base may have a base', () => {
    const { site } = load('base: b.yaml\nsite: x\n', {
      'b.yaml': 'base: c.yaml\ntuning: { cool_down: 3h }\n',
      'c.yaml': 'mqtt: { url: mqtt://h }\ninputs: [{ topic: a }]\ntuning: { cool_down: 1h, warmup: 7 }\n',
    });
    expect(site.tuning).toMatchObject({ coolDown: 10_800_000, warmup: 7 });
  });

  test('secrets are those beside the site file, for the base too', () => {
    const shared = directoryWith({
      'base.yaml': `${BASE}\nnotify: {}\n`.replace('username: zankyo', 'password: !secret pw'),
    });
    const yaml = SITE.replace('base.yaml', join(shared, 'base.yaml'));
    const { site, passwordSource } = load(yaml, { 'secrets.yaml': 'pw: hunter2\n' });
    expect([site.mqtt.password, passwordSource]).toEqual(['hunter2', '!secret pw']);
  });

  test('a base with a password that others can read is warned of, the site file without one is not', () => {
    const directory = directoryWith({
      'site.yaml': SITE,
      'base.yaml': BASE.replace('username: zankyo', 'password: hunter2'),
    });
    for (const name of ['site.yaml', 'base.yaml']) chmodSync(join(directory, name), 0o644);
    expect(loadSite(join(directory, 'site.yaml'), {}).warnings).toEqual([
      `${directory}/base.yaml: all users of this machine can read this file and the secrets in it; run chmod o-r on it`,
    ]);
  });
});

describe('a mistake names the file in which it stands', () => {
  const lines = (site: string, base: string): string[] => failure(site, { 'base.yaml': base }).lines;

  test('an option of the base, one of the file, one that is in neither', () => {
    expect(
      lines(
        'base: base.yaml\nsite: north\ntuning:\n  cell: gur\n',
        'mqtt: {}\ninputs: [{ topic: a }]\ntuning:\n  seed: x\n',
      ),
    ).toEqual([
      expect.stringMatching(/^site\.yaml:4:9: tuning\.cell: expected one of .*; got "gur"; did you mean "gru"\?$/),
      expect.stringMatching(/^base\.yaml:1:1: mqtt\.url: required/),
      expect.stringMatching(/^base\.yaml:4:9: tuning\.seed: expected a whole number/),
    ]);
  });

  test('an input by its place in its own file', () => {
    const base = 'mqtt: { url: mqtt://h }\ninputs:\n  - { topic: a }\n  - { topic: b, unit: 3 }\n';
    expect(
      lines('base: base.yaml\nsite: s\ninputs:\n  - { topic: a, path: x }\n  - { topic: c, unit: 4 }\n', base),
    ).toEqual([
      'site.yaml:5:23: inputs[1].unit: expected text; got 4',
      'base.yaml:4:23: inputs[1].unit: expected text; got 3',
    ]);
  });

  test('an element of a list that has replaced the one of the base', () => {
    const base =
      "mqtt: { url: mqtt://h }\ninputs: [{ topic: a }]\nmaintenance: [{ from: '2026-01-01T00:00Z', until: '2026-01-02T00:00Z' }]\n";
    expect(lines("base: base.yaml\nsite: s\nmaintenance: [{ from: '2026-01-01T00:00Z' }]\n", base)).toEqual([
      'site.yaml:3:15: maintenance[0]: expected until as well',
    ]);
  });

  test('a base that is not there, not YAML, or has no end', () => {
    expect(failure('base: nope.yaml\n')).toEqual({
      code: 'config_unreadable',
      lines: ['site.yaml:1:7: base: nope.yaml: there is no such file'],
    });
    expect(lines('base: base.yaml\n', 'a: [\n')[0]).toMatch(/^base\.yaml:.*not YAML/);
    expect(lines('base: base.yaml\n', 'base: site.yaml\n')).toEqual([
      'base.yaml:1:7: base: site.yaml is read already; a file cannot be its own base',
    ]);
    expect(failure('base: 7\nsite: s\nmqtt: {url: mqtt://h}\ninputs: [{topic: a}]\n').lines).toEqual([
      'site.yaml:1:7: base: expected text; got 7',
    ]);
  });
});

test('the resolved text names the place of each option, keeps tags and hides secrets', () => {
  const { text } = load(
    'base: base.yaml\nsite: north\nmqtt: { password: !secret pw }\nnotify:\n  phone: { type: slack, url: https://hooks.example.org/T0/secret }\n',
    {
      'base.yaml': 'mqtt: { url: mqtts://h, password: x }\ninputs:\n  - topic: a\n',
      'secrets.yaml': 'pw: hunter2\n',
    },
  );
  expect(text().replaceAll(/\/\S*\/(?=\w+\.yaml)/g, '')).toBe(`mqtt:
  url: mqtts://h # base.yaml:1
  password: !secret pw # site.yaml:3
inputs:
  - topic: a # base.yaml:3
site: north # site.yaml:2
notify:
  phone:
    type: slack # site.yaml:5
    url: "***" # site.yaml:5
`);
});

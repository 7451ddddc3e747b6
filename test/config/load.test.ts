import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { loadSite } from '../../src/config/load.ts';
import type { FieldOptions } from '../../src/config/schema/input.ts';
import type { Site } from '../../src/config/schema/site.ts';
import { mergeTuning, type Tuning, type TuningOverride } from '../../src/config/schema/tuning.ts';
import { AppError } from '../../src/errors.ts';
import type { InputOptions } from '../../src/stream/decoder.ts';
import { directoryWith, failure, load, SITE } from './site.ts';

test('three sections are a site; the rest are defaults', () => {
  expect(load(SITE).site).toEqual({
    site: 'home',
    database: resolve('zankyo.db'),
    timezone: null,
    mqtt: {
      url: 'mqtt://localhost',
      clientId: 'zankyo-home',
      prefix: 'zankyo',
      protocol: 'auto',
      keepalive: 15_000,
      connectTimeout: 10_000,
      tls: { rejectUnauthorized: true },
    },
    inputs: ['a', 'b'].map((topic) => ({
      topic,
      each: null,
      time: null,
      timezone: null,
      decimalComma: false,
      all: { format: 'auto', include: [], exclude: [], precision: 'ns', bareNumbers: false },
      fields: [
        {
          path: '',
          name: topic,
          unit: '',
          range: null,
          missingValues: [],
          only: 'both',
          minDeviation: 0,
          minDeviationPercent: 0,
          tuning: {},
        },
      ],
    })),
    groups: {},
    tuning: {
      network: true,
      cell: 'gru',
      peepholes: false,
      learner: 'tbptt',
      hiddenSize: 16,
      horizon: 16,
      trainEvery: 1,
      learningRate: 0.003,
      seed: 1,
      warmup: 400,
      warmupTime: 0,
      onAnomaly: 'hold',
      holdFor: 86_400_000,
      sensitivity: 1,
      alarmsPerWeek: 1,
      minDuration: 0,
      closeAfter: 3,
      hysteresis: 0.7,
      coolDown: 3_600_000,
      silentAfter: 'auto',
      stuckAfter: 'auto',
    },
    sparkplug: { rebirth: false },
    publish: { stateEvery: 10_000 },
    incidents: { window: 600_000 },
    maintenance: [],
    holidays: { dates: [] },
    commands: { mqtt: false },
    homeAssistant: {
      enabled: false,
      prefix: 'homeassistant',
      birthTopic: 'homeassistant/status',
      device: 'site',
      buttons: true,
    },
    notify: {},
    version: 1,
    storage: 'normal',
    commit: { every: 30_000 },
    snapshots: { every: 14_400_000 },
    quarantine: { rows: 1000 },
    retention: { keep: 400 * 86_400_000, maxMegabytes: 1024 },
    history: { enabled: true, storage: 'disk', maxMegabytes: 256 },
    health: { noDataAfter: 3_600_000, maxMegabytesPerDay: 2000 },
    http: { listen: null, allowRemote: false, requireToken: false, dashboard: true, hosts: [], seriesMetrics: 0 },
    workers: 'off',
    maxSeries: 500,
    reload: { onChange: false },
    log: { level: 'info', format: 'auto' },
  } satisfies Site);
});

test('the types say what was read, and the decoder takes the inputs as they are', () => {
  expectTypeOf<Site['inputs']>().toExtend<readonly InputOptions[]>();
  expectTypeOf<Tuning['silentAfter']>().toEqualTypeOf<'auto' | 'never' | number>();
  expectTypeOf<TuningOverride>().toEqualTypeOf<Partial<Tuning>>();
  expectTypeOf<Site['groups']>().toExtend<Record<string, { series: string[]; tuning: TuningOverride }>>();
  expectTypeOf<FieldOptions['range']>().toEqualTypeOf<[number, number] | null>();
});

describe('inputs', () => {
  const inputs = (yaml: string): Site['inputs'] =>
    load(`site: s\ntimezone: Asia/Tokyo\nmqtt: {url: 'mqtt://h'}\ninputs:\n${yaml}`).site.inputs;

  test('options beside the topic and one element of fields are the same', () => {
    const [short] = inputs('  - {topic: a/+, path: x.y, unit: V, range: [0, 5], only: above, tuning: {cool_down: 5m}}');
    const [long] = inputs(
      '  - {topic: a/+, fields: [{path: x.y, unit: V, range: [0, 5], only: above, tuning: {cool_down: 5m}}]}',
    );
    expect(short).toEqual(long);
    expect(short.fields).toEqual([
      {
        path: 'x.y',
        name: '{topic}-x-y',
        unit: 'V',
        range: [0, 5],
        missingValues: [],
        only: 'above',
        minDeviation: 0,
        minDeviationPercent: 0,
        tuning: { coolDown: 300_000 },
      },
    ]);
  });

  test('a counter has the unit of its rate', () => {
    const [energy, water] = inputs(
      '  - {topic: e, unit: kWh, counter: hour}\n  - {topic: w, fields: [{unit: l, counter: minute, max_step: 40}]}',
    );
    expect(energy.fields).toMatchObject([{ unit: 'kW', counter: 'hour' }]);
    expect(water.fields).toMatchObject([{ unit: 'l/min', counter: 'minute', maxStep: 40 }]);
  });

  test('the time zone of the site is that of its inputs, unless they have their own', () => {
    const [one, two] = inputs('  - {topic: a, time: ts}\n  - {topic: b, time: ts, timezone: Europe/Lisbon}');
    expect([one.timezone, two.timezone]).toEqual(['Asia/Tokyo', 'Europe/Lisbon']);
  });

  test('an empty path of a list is the payload itself', () => {
    expect(inputs('  - {topic: a, each: "", path: v}')[0].each).toBe('');
  });
});

test('names of groups are kept as they are', () => {
  const { groups } = load(`${SITE}groups:\n  my_first_group:\n    series: [a, b]\n    tuning: {hidden_size: 8}\n`).site;
  expect(groups).toEqual({ my_first_group: { series: ['a', 'b'], tuning: { hiddenSize: 8 } } });
});

test('own tuning goes over that of the site', () => {
  const { tuning } = load(`${SITE}tuning: {warmup: 50, cell: rnn}\n`).site;
  expect(mergeTuning(tuning, { cell: 'lstm', horizon: 4 })).toEqual({
    ...tuning,
    warmup: 50,
    cell: 'lstm',
    horizon: 4,
  });
});

test('words in the place of a number', () => {
  const { tuning } = load(`${SITE}tuning: {silent_after: never, stuck_after: 30}\n`).site;
  expect([tuning.silentAfter, tuning.stuckAfter]).toEqual(['never', 30]);
  expect(load(`${SITE}tuning: {silent_after: 2h, stuck_after: never}\n`).site.tuning).toMatchObject({
    silentAfter: 7_200_000,
    stuckAfter: 'never',
  });
  expect(load(`${SITE}retention: {keep: forever}\n`).site.retention.keep).toBe('forever');
});

test('a section whose options are all commented out is no section, and an anchor may stand for one', () => {
  const { site } = load(
    `${SITE}tuning:\n  # cell: lstm\ngroups:\n  g: {series: [a, b], tuning: &t {warmup: 9}}\npublish:\n`,
  );
  expect(site).toEqual({ ...load(SITE).site, groups: { g: { series: ['a', 'b'], tuning: { warmup: 9 } } } });
  const shared = load(`${SITE}  - {topic: c, tuning: &calm {sensitivity: 0.5}}\n  - {topic: d, tuning: *calm}\n`).site;
  expect(shared.inputs.map(({ fields }) => fields[0].tuning)).toEqual([
    {},
    {},
    { sensitivity: 0.5 },
    { sensitivity: 0.5 },
  ]);
});

describe('where files are', () => {
  test('the database is in the state directory of systemd, the first of several, or else in the working directory', () => {
    const at = (yaml: string, env = {}): string => load(SITE + yaml, {}, env).site.database;
    expect(at('', { STATE_DIRECTORY: '/var/lib/zankyo:/var/lib/other' })).toBe('/var/lib/zankyo/zankyo.db');
    expect(at('database: pump.db\n', { STATE_DIRECTORY: '/var/lib/zankyo' })).toBe('/var/lib/zankyo/pump.db');
    expect(at('database: pump.db\n')).toBe(join(process.cwd(), 'pump.db'));
    expect(at('database: /data/pump.db\n', { STATE_DIRECTORY: '/var/lib/zankyo' })).toBe('/data/pump.db');
  });

  test('certificates are beside the site file', () => {
    const yaml = SITE.replace(
      'url: mqtt://localhost',
      'url: mqtts://h\n  tls: {ca: ca.pem, cert: /etc/c.pem, key: k.pem, server_name: x}',
    );
    const directory = directoryWith({ 'site.yaml': yaml });
    expect(loadSite(join(directory, 'site.yaml'), {}).site.mqtt.tls).toEqual({
      ca: join(directory, 'ca.pem'),
      cert: '/etc/c.pem',
      key: join(directory, 'k.pem'),
      serverName: 'x',
      rejectUnauthorized: true,
    });
  });
});

describe('a file that cannot be read', () => {
  test('is not there', () => {
    const path = join(directoryWith({}), 'nothing.yaml');
    expect(() => loadSite(path, {})).toThrow(new AppError('config_unreadable', `${path}: there is no such file`));
  });

  test.each([
    [
      'a key twice',
      'site: a\nmqtt:\n  url: x\nsite: b\n',
      ['site.yaml:4:1: not YAML: the same key twice in one section'],
    ],
    [
      'two mistakes',
      'site: a\nsite: b\nmqtt: [1',
      [
        'site.yaml:2:1: not YAML: the same key twice in one section',
        'site.yaml:3:9: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
    ['a tab', 'mqtt:\n\turl: x', ['site.yaml:2:1: not YAML: Tabs are not allowed as indentation']],
    [
      'a JSON path without its quotes, and all that follows from it',
      `inputs:
  - topic: shelly/+/events/rpc
    fields:
      - { path: params["temperature:0"].tC, unit: °C }
      - { path: apower, unit: W }
tuning:
  warmup: 10`,
      [
        'site.yaml:4:23: not YAML: a value with brackets in it must be in quotes; write path: \'params["temperature:0"].tC\'',
      ],
    ],
    [
      'values that need quotes, each in a line of its own',
      'site: s\ninputs:\n  - topic: a\n    path: [0].v\n  - topic: b\n    unit: %\n    name: {1}-t',
      [
        "site.yaml:4:14: not YAML: a value with brackets in it must be in quotes; write path: '[0].v'",
        'site.yaml:6:11: not YAML: Plain value cannot start with directive indicator character %; put the value in quotes',
        'site.yaml:7:14: not YAML: Unexpected scalar at node end; put the value in quotes',
      ],
    ],
    [
      'lines with the wrong indentation',
      'site: s\nmqtt:\n  url: x\n    username: y\ninputs:\n  - topic: a\n  path: b\n  - topic: c\n   unit: W',
      [
        'site.yaml:3:8: not YAML: the line below is indented more than this one, which has a value already',
        'site.yaml:7:1: not YAML: this line is indented more or less than the other options of its section',
        'site.yaml:9:1: not YAML: this line is indented more or less than the other options of its section',
      ],
    ],
    [
      'a colon in a value',
      'site: s\ninputs:\n  - topic: a\n    label: Boiler: flow',
      ['site.yaml:4:12: not YAML: a value with ": " in it must be in quotes'],
    ],
    ['an alias of nothing', 'site: *name', ['site.yaml:1:7: not YAML: no anchor "&name" before this alias']],
  ])('%s', (_, yaml, lines) => {
    expect(failure(yaml)).toEqual({ code: 'config_unreadable', lines });
  });

  test('is a directory', () => {
    const path = directoryWith({});
    expect(() => loadSite(path, {})).toThrow(`${path}: this is a directory; name a file`);
  });

  test('is UTF-16, as an editor of Windows may write it', () => {
    const path = join(directoryWith({}), 'site.yaml');
    writeFileSync(path, Buffer.from('\ufeffsite: home\n', 'utf16le'));
    expect(() => loadSite(path, {})).toThrow(`${path}: its encoding is UTF-16; save it as UTF-8`);
  });

  test('is one text, which may be a password, and is not repeated', () => {
    expect(failure('hunter2\n')).toEqual({
      code: 'config_invalid',
      lines: ['site.yaml:1:1: expected a section with options'],
    });
  });

  test('is small and would unfold into gigabytes', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
    const { code, lines } = failure(['l0: &l0 [x, x, x]', ...levels].join('\n'));
    expect(code).toBe('config_unreadable');
    expect(lines).toEqual(['site.yaml: Excessive alias count indicates a resource exhaustion attack']);
  });

  test('has an alias within its own anchor', () => {
    expect(failure('site: &a\n  x: *a\n')).toEqual({
      code: 'config_unreadable',
      lines: ['site.yaml: nested too deep, or an alias within its own anchor'],
    });
  });

  test('is not quoted: the text that the parser cannot read may be a password', () => {
    const { lines } = failure('- x\nfoo: hunter2\n');
    expect(lines.join()).toContain('site.yaml:2:');
    expect(lines.join()).not.toContain('hunter2');
  });
});

test.each(['127.0.0.1:8787', 'localhost:1', '"[::1]:8787"', '0.0.0.0:8787'])('http.listen: %s', (listen) => {
  expect(load(`${SITE}http: {listen: ${listen}}\n`).site.http.listen).toBe(listen.replaceAll('"', ''));
});

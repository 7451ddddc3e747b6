import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as prettier from 'prettier';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadSite } from '../../src/config/load.ts';
import { valueAt } from '../../src/config/problems.ts';
import { optionRows, optionTable, siteJsonSchema } from '../../src/config/reference.ts';
import { compileFilter } from '../../src/stream/names/topic-filter.ts';
import { Decoder } from '../../src/stream/decoder.ts';
import { directoryWith, load, SITE } from './site.ts';

const root = resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const example = (name: string): ReturnType<typeof loadSite> => {
  const directory = directoryWith({ 'site.yaml': text(`config/${name}.yaml`), 'secrets.yaml': 'mqtt_password: x\n' });
  return loadSite(join(directory, 'site.yaml'), {});
};

describe('the examples', () => {
  test.each(['minimal', 'full', 'home', 'workshop', 'greenhouse', 'pump-station'])(
    '%s.yaml is accepted without a warning',
    (name) => {
      expect(example(name).warnings).toEqual([]);
      expect(text(`config/${name}.yaml`)).toMatch(/^# yaml-language-server: \$schema=\.\/zankyo\.schema\.json\n/);
    },
  );

  test('minimal.yaml has ten lines at most', () => {
    expect(text('config/minimal.yaml').trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  });

  test.each([
    [
      'zigbee2mqtt/kitchen',
      '{"temperature":16,"humidity":40.5,"linkquality":34}',
      { 'kitchen-temperature': 16, 'kitchen-humidity': 40.5 },
    ],
    ['livingroom/sensor/temp/state', '21.5', { 'livingroom-temp': 21.5 }],
    [
      'tele/washer/SENSOR',
      '{"Time":"2018-02-15T17:37:10","ENERGY":{"Total":6.294,"Power":2635}}',
      { 'washer-power': 2635 },
    ],
    [
      'shellyplusht-b8d61a8b17cc/events/rpc',
      '{"method":"NotifyFullStatus","params":{"ts":1680962879.62,"temperature:0":{"id":0,"tC":19.8,"tF":67.6},"humidity:0":{"id":0,"rh":42.2}}}',
      { 'cellar-temperature': 19.8, 'cellar-humidity': 42.2 },
    ],
  ])('home.yaml reads what a device sends on %s', (topic, payload, expected) => {
    const { inputs, maxSeries } = example('home').site;
    const found: Record<string, number> = {};
    const rejects: string[] = [];
    const message = {
      topic,
      payload: Buffer.from(payload),
      receivedAt: Date.UTC(2025, 0, 1),
      retained: false,
      redelivered: false,
    };
    new Decoder(inputs, { maxSeries }).decode(
      message,
      ({ series, value }) => (found[series] = value),
      ({ reason }) => rejects.push(reason),
    );
    expect({ found, rejects }).toEqual({ found: expected, rejects: [] });
  });

  test('pump-station.yaml learns five sensors of one Sparkplug device together', () => {
    const { groups, inputs, sparkplug } = example('pump-station').site;
    const { series } = groups['pump1'];
    expect(series).toHaveLength(5);
    expect(series.filter((slug) => !slug.startsWith('waterworks-station-1-pump-1-'))).toEqual([]);
    expect(inputs.map(({ all }) => all?.format)).toEqual(['auto']);
    const matches = compileFilter(inputs[0].topic);
    for (const [type, device] of [
      ['NBIRTH', ''],
      ['DDATA', '/pump-1'],
      ['NDEATH', ''],
    ])
      expect(matches(`spBv1.0/waterworks/${type}/station-1${device}`)).not.toBeNull();
    expect(sparkplug.rebirth).toBe(true);
  });
});

/** The name of the example in a section with free names. */
const FIRST: Readonly<Record<string, string>> = { groups: 'electricity', notify: 'phone' };

describe('full.yaml', () => {
  // "#name:" without a space is an option switched off, and "#  name:" one in a section that is.
  const everything: unknown = parse(text('config/full.yaml').replace(/^( *)#(?=\w| {2})/gm, '$1'), {
    logLevel: 'error',
  });
  const inFull = (path: readonly string[]): unknown =>
    valueAt(
      everything,
      path.map((key) => (key === '[]' ? 0 : key === '<name>' ? FIRST[path[0]] : key)),
    );

  test.each(optionRows().map((row) => [row.path.join('.'), row] as const))('%s', (_, { path, byDefault }) => {
    const isSection = typeof byDefault === 'object' && byDefault !== null;
    const onlyInSecondInput = path.join('.') === 'inputs.[].fields';
    const value = onlyInSecondInput ? valueAt(everything, ['inputs', 1, 'fields']) : inFull(path);
    if (byDefault === undefined || isSection) expect(value).toBeDefined();
    else expect(value).toEqual(byDefault);
  });

  test('its defaults are the defaults', () => {
    const bare = load(SITE).site;
    const { mqtt, ...full } = example('full').site;
    const { url, ...rest } = mqtt;
    expect({
      ...full,
      site: bare.site,
      inputs: bare.inputs,
      groups: bare.groups,
      maintenance: [],
      notify: bare.notify,
      mqtt: bare.mqtt,
    }).toEqual(bare);
    expect({ ...rest, url: bare.mqtt.url }).toEqual(bare.mqtt);
    expect(url).toBe('mqtt://localhost:1883');
  });
});

// After a change of the schema, `npx vitest run test/config/files.test.ts -u` writes the two files below anew.

test('zankyo.schema.json is the schema', async () => {
  const options = await prettier.resolveConfig(join(root, 'config/zankyo.schema.json'));
  const written = await prettier.format(JSON.stringify(siteJsonSchema()), { ...options, parser: 'json' });
  await expect(written).toMatchFileSnapshot('../../config/zankyo.schema.json');
});

test('the page of options has every option with its sentence', async () => {
  const page = text('docs/configuration.md');
  const written = page.replace(
    /(<!-- options -->\n)[^]*?(\n<!-- \/options -->)/,
    (_, above: string, below: string) => above + optionTable() + below,
  );
  expect(page).toContain('<!-- options -->');
  await expect(written).toMatchFileSnapshot('../../docs/configuration.md');
  for (const { path, sentence } of optionRows()) {
    expect(sentence).toMatch(/^[A-Z\d].*\.$/);
    expect(written).toContain(`\`${path.join('.').replaceAll('.[]', '[]')}\``);
    expect(written).toContain(sentence.replaceAll('<', '\\<'));
  }
});

describe('optionRows', () => {
  const row = (name: string) => optionRows().find(({ path }) => path.join('.') === name);

  test('gives what the file would say', () => {
    expect(row('tuning.cool_down')).toMatchObject({ kind: 'duration', byDefault: '1h', required: false });
    expect(row('mqtt.url')).toMatchObject({ kind: 'URL', byDefault: undefined, required: true });
    expect(row('tuning.hidden_size')).toMatchObject({ kind: 'whole number, 1 to 128', byDefault: 16 });
    expect(row('inputs.[].time')).toMatchObject({ kind: 'JSON path', byDefault: null });
    expect(row('tuning.cell')).toMatchObject({ kind: 'gru, lstm, rnn, elementwise' });
  });

  test('has each sentence once', () => {
    const sentences = optionRows().map(({ sentence }) => sentence);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(row('inputs.[].tuning.cell')).toBeUndefined();
    expect(row('inputs.[].fields.[].unit')).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contractJsonSchema } from '../../../src/app/contracts.ts';
import { isRefused } from '../../../src/app/commands/refusals.ts';
import { parseRequest } from '../../../src/app/commands/request.ts';
import { deviceClassOf } from '../../../src/app/home-assistant/device-classes.ts';
import {
  seriesDiscovery,
  siteDiscovery,
  type Discovery,
  type DiscoveredSeries,
  type DiscoveryOptions,
} from '../../../src/app/home-assistant/discovery.ts';
import { isConfigTopic, seriesConfigTopic, siteConfigTopic } from '../../../src/app/home-assistant/topics.ts';
import { isDiscoveryTopic, objections } from './core-schema.ts';

const options = (rest: Partial<DiscoveryOptions> = {}): DiscoveryOptions => ({
  site: 'home',
  topicPrefix: 'zankyo',
  version: '1.2.3',
  device: 'site',
  buttons: true,
  expireAfter: 90,
  ...rest,
});
const boiler = (rest: Partial<DiscoveredSeries> = {}): DiscoveredSeries => ({
  slug: 'boiler',
  label: null,
  unit: '°C',
  inGroup: false,
  ...rest,
});
const components = ({ components: all }: Discovery) => Object.values(all);

describe('Home Assistant accepts', () => {
  const slug = fc.stringMatching(/^[a-z0-9](?:[a-z0-9_-]{0,9}[a-z0-9])?$/);
  const anySeries = fc.record({
    slug,
    label: fc.option(fc.string({ unit: 'grapheme' }), { nil: null }),
    unit: fc.oneof(fc.constantFrom('', '°C', 'kW', '%', 'm3/h', 'L/min', '"'), fc.string({ unit: 'grapheme' })),
    inGroup: fc.boolean(),
  });
  const anyOptions = fc.record({
    site: slug,
    topicPrefix: fc.constantFrom('zankyo', 'plant/watch'),
    version: fc.constant('1.0.0'),
    device: fc.constantFrom('site', 'series'),
    buttons: fc.boolean(),
    expireAfter: fc.nat(),
  });

  test('the message of a series of any name, label and unit, and that of the site', () => {
    fc.assert(
      fc.property(anyOptions, anySeries, (options, series) => {
        expect(objections(JSON.parse(JSON.stringify(seriesDiscovery(options, series))))).toEqual([]);
        expect(objections(JSON.parse(JSON.stringify(siteDiscovery(options))))).toEqual([]);
      }),
    );
  });

  test('the topics, which are known again under another prefix, and only those of the site', () => {
    fc.assert(
      fc.property(slug, slug, slug, fc.constantFrom('homeassistant', 'a/b'), (site, other, series, prefix) => {
        for (const topic of [siteConfigTopic(prefix, site), seriesConfigTopic(prefix, site, series)]) {
          expect(isDiscoveryTopic(topic, prefix)).toBe(true);
          expect(isConfigTopic(topic, site)).toBe(true);
          if (other !== site) expect(isConfigTopic(topic, other)).toBe(false);
        }
      }),
    );
    expect(isConfigTopic('homeassistant/sensor/zankyo-home/config', 'home')).toBe(false);
    expect(isConfigTopic('zankyo/home/series/config/state', 'home')).toBe(false);
  });

  test('no unknown key, no wrong type and no entity without a unique id: what checks the payloads objects', () => {
    const { device, origin, components: all } = seriesDiscovery(options(), boiler());
    const { anomaly, phase } = all;
    const of = (component: object): number => objections({ device, origin, components: { a: component } }).length;
    expect(of(anomaly)).toBe(0);
    expect(of({ ...anomaly, object_name: 'x' })).toBeGreaterThan(0);
    expect(of({ ...anomaly, expire_after: '90' })).toBeGreaterThan(0);
    expect(of({ ...anomaly, unique_id: undefined })).toBeGreaterThan(0);
    expect(of({ ...phase, unit_of_measurement: 's' })).toBeGreaterThan(0);
    expect(of({ ...phase, options: undefined })).toBeGreaterThan(0);
    expect(objections({ components: all, origin }).length).toBeGreaterThan(0);
  });
});

describe('a series', () => {
  test('has its entities, on the device of the site, with its name before theirs', () => {
    const { device, components: all } = seriesDiscovery(options(), boiler({ label: 'The "boiler"' }));
    expect(device).toMatchObject({ identifiers: ['zankyo.home'], name: 'zankyo home', sw_version: '1.2.3' });
    expect(Object.entries(all).map(([key, { platform, name }]) => [key, platform, name])).toEqual([
      ['anomaly', 'binary_sensor', 'The "boiler" anomaly'],
      ['score', 'sensor', 'The "boiler" score'],
      ['expected', 'sensor', 'The "boiler" expected value'],
      ['phase', 'sensor', 'The "boiler" phase'],
      ['ready_in', 'sensor', 'The "boiler" ready in'],
      ['event', 'event', 'The "boiler" alert'],
      ['normal', 'button', 'The "boiler" normal'],
      ['fault', 'button', 'The "boiler" fault'],
      ['freeze', 'switch', 'The "boiler" freeze'],
      ['sensitivity', 'number', 'The "boiler" sensitivity'],
    ]);
    expect(all['anomaly']).toMatchObject({
      unique_id: 'zankyo.home.boiler.anomaly',
      default_entity_id: 'binary_sensor.zankyo_home_boiler_anomaly',
      state_topic: 'zankyo/home/series/boiler/state',
      availability_topic: 'zankyo/home/status',
      device_class: 'problem',
      expire_after: 90,
    });
    expect(all['expected']).toMatchObject({ unit_of_measurement: '°C', device_class: 'temperature' });
  });

  test('is a device of its own below that of the site, by option', () => {
    const own = seriesDiscovery(options({ device: 'series' }), boiler());
    expect(own.device).toMatchObject({
      identifiers: ['zankyo.home.boiler'],
      name: 'boiler',
      via_device: 'zankyo.home',
    });
    expect(own.components['anomaly']['name']).toBe('Anomaly');
    expect(siteDiscovery(options({ device: 'series' })).device['identifiers']).toEqual(['zankyo.home']);
  });

  test('has no button without commands over MQTT; in a group no setting, which is that of the group', () => {
    const platforms = (rest: Partial<DiscoveryOptions>, series: DiscoveredSeries): unknown[] =>
      components(seriesDiscovery(options(rest), series)).map(({ platform }) => platform);
    expect(platforms({ buttons: false }, boiler())).not.toContain('button');
    expect(platforms({ buttons: false }, boiler())).not.toContain('number');
    expect(platforms({}, boiler({ inGroup: true })).slice(-2)).toEqual(['button', 'button']);
  });

  test('has ids that no other entity has, also where names run into each other', () => {
    const ids = [
      ['a_b', 'c'],
      ['a', 'b_c'],
      ['a-b', 'c'],
    ].flatMap(([site, slug]) => [
      ...components(seriesDiscovery(options({ site }), boiler({ slug }))),
      ...components(siteDiscovery(options({ site }))),
    ]);
    const unique = ids.map(({ unique_id: id }) => id);
    expect(new Set(unique).size).toBe(unique.length);
  });
});

/** The fields of the payload that a template reads. */
const fieldsIn = (template: unknown): string[] =>
  [...String(template).matchAll(/value_json\.(\w+)/g)].map(([, field]) => field);
const propertiesOf = (name: 'state' | 'health'): string[] =>
  Object.keys((contractJsonSchema(name) as { properties: object }).properties);

test('each template reads fields that the payload has', () => {
  const series = components(seriesDiscovery(options(), boiler()));
  const site = components(siteDiscovery(options()));
  const templates = (all: typeof series, topic: string) =>
    all.flatMap(({ state_topic: of, value_template: value, json_attributes_template: attributes }) =>
      of === topic ? [...fieldsIn(value), ...fieldsIn(attributes)] : [],
    );
  const ofState = templates(series, 'zankyo/home/series/boiler/state');
  const ofHealth = templates(site, 'zankyo/home/health');
  expect(ofState.length).toBeGreaterThan(8);
  expect(ofHealth.length).toBeGreaterThan(3);
  expect(ofState.filter((field) => !propertiesOf('state').includes(field))).toEqual([]);
  expect(ofHealth.filter((field) => !propertiesOf('health').includes(field))).toEqual([]);
});

test('the values of an entity of the kind enum, and the types of its events, are those of the payload', () => {
  const { phase, event } = seriesDiscovery(options(), boiler()).components;
  const { learning, incident } = siteDiscovery(options()).components;
  const property = (schema: object, name: string): { enum?: string[]; const?: string } =>
    (schema as { properties: Record<string, { enum?: string[] }> }).properties[name];
  expect(phase['options']).toEqual(property(contractJsonSchema('state'), 'phase').enum);
  expect(learning['options']).toEqual(property(contractJsonSchema('health'), 'learning').enum);
  expect(incident['event_types']).toEqual(property(contractJsonSchema('incident'), 'event_type').enum);
  const both = (contractJsonSchema('event') as { oneOf: object[] }).oneOf.map((each) => property(each, 'event_type'));
  expect(event['event_types']).toEqual(both.flatMap(({ enum: types, const: type }) => types ?? [type]));
});

test('each payload that an entity publishes is a command', () => {
  const { normal, fault, freeze, sensitivity } = seriesDiscovery(options(), boiler()).components;
  const rendered = String(sensitivity['command_template']).replace('{{ value }}', '0.8');
  const payloads = [
    normal['payload_press'],
    fault['payload_press'],
    freeze['payload_on'],
    freeze['payload_off'],
    rendered,
  ];
  const commands = payloads.map((payload) => {
    const read = parseRequest(new TextEncoder().encode(String(payload)), 'home', 'boiler');
    return isRefused(read) ? read : read.command;
  });
  expect(commands).toMatchObject([
    { command: 'normal', by: 'Home Assistant' },
    { command: 'fault' },
    { command: 'freeze' },
    { command: 'resume' },
    { command: 'sensitivity', value: 0.8 },
  ]);
});

test('a device class only where the unit says what is measured', () => {
  expect(['°C', 'kW', 'bar', 'L/min', 'V'].map(deviceClassOf)).toEqual([
    'temperature',
    'power',
    'pressure',
    'volume_flow_rate',
    'voltage',
  ]);
  expect(['', '%', 'm3/h', 'celsius'].map(deviceClassOf)).toEqual([null, null, null, null]);
});

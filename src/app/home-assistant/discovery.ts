import { deviceClassOf } from './device-classes.ts';

/*
 * Discovery messages of Home Assistant, by device: one message has a device and its entities (components). Several messages may have
 * the same device, so each series has a message of its own, and is removed by emptying its topic, also where the site is one device.
 * https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
 */

export interface DiscoveryOptions {
  readonly site: string;
  /** First levels of the topics of zankyo. */
  readonly topicPrefix: string;
  readonly version: string;
  /** One device for the site, or one for each series. */
  readonly device: 'site' | 'series';
  /** Whether there are entities that publish commands. */
  readonly buttons: boolean;
  /** After so many seconds without a state an entity is unavailable. */
  readonly expireAfter: number;
}

export interface DiscoveredSeries {
  readonly slug: string;
  readonly label: string | null;
  readonly unit: string;
  /** Whether it is learned with others: settings are those of its group. */
  readonly inGroup: boolean;
}

type Component = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The payload of a discovery message. */
export interface Discovery {
  readonly device: Readonly<Record<string, string | readonly string[]>>;
  readonly origin: Readonly<Record<string, string>>;
  readonly components: Readonly<Record<string, Component>>;
}

const ofState = (key: string): string => `{{ value_json.${key} }}`;

const siteId = ({ site }: DiscoveryOptions): string => `zankyo.${site}`;
const siteDevice = (options: DiscoveryOptions): Discovery['device'] => ({
  identifiers: [siteId(options)],
  name: `zankyo ${options.site}`,
  manufacturer: 'zankyo',
  model: 'Anomaly detector',
  sw_version: options.version,
});
const originOf = ({ version }: DiscoveryOptions): Discovery['origin'] => ({ name: 'zankyo', sw_version: version });

/** The keys that every entity has. `id`: of its owner; site and series have no dots, so that no two entities share a unique id. */
const identity = (platform: string, id: string, key: string, name: string): Component => ({
  platform,
  unique_id: `${id}.${key}`,
  // The id of the entity when it is created; the user may change it, and Home Assistant remembers it by the unique id.
  default_entity_id: `${platform}.${`${id}.${key}`.replace(/[^a-z0-9]+/g, '_')}`,
  name,
  qos: 1,
});

/** The device of the site: the service itself. */
export function siteDiscovery(options: DiscoveryOptions): Discovery {
  const id = siteId(options);
  const topic = (rest: string): string => `${options.topicPrefix}/${options.site}/${rest}`;
  const available = { availability_topic: topic('status') };
  const entity = (platform: string, key: string, name: string, rest: Component): Component => ({
    ...identity(platform, id, key, name),
    ...rest,
  });
  const health = { ...available, state_topic: topic('health'), entity_category: 'diagnostic' };
  return {
    device: siteDevice(options),
    origin: originOf(options),
    components: {
      connected: entity('binary_sensor', 'connected', 'Connected', {
        state_topic: topic('status'),
        payload_on: 'online',
        payload_off: 'offline',
        device_class: 'connectivity',
        entity_category: 'diagnostic',
      }),
      incident: entity('event', 'incident', 'Incident', {
        ...available,
        state_topic: topic('incident/event'),
        event_types: ['opened', 'updated', 'closed'],
        icon: 'mdi:alert-decagram',
      }),
      alarms: entity('sensor', 'alarms', 'Open alarms', {
        ...health,
        value_template: '{{ value_json.alarms.process + value_json.alarms.drift + value_json.alarms.sensor }}',
        state_class: 'measurement',
        icon: 'mdi:alert',
      }),
      problem: entity('binary_sensor', 'problem', 'Problem of the service', {
        ...health,
        value_template: "{{ 'ON' if value_json.problems else 'OFF' }}",
        json_attributes_topic: topic('health'),
        json_attributes_template: "{{ {'problems': value_json.problems | map(attribute='text') | list} | tojson }}",
        device_class: 'problem',
      }),
      learning: entity('sensor', 'learning', 'Learning', {
        ...health,
        value_template: ofState('learning'),
        device_class: 'enum',
        options: ['full', 'reduced', 'off'],
      }),
    },
  };
}

/** The entities of a series or group. */
export function seriesDiscovery(options: DiscoveryOptions, series: DiscoveredSeries): Discovery {
  const { slug, label, unit } = series;
  const id = `${siteId(options)}.${slug}`;
  const ownDevice = options.device === 'series';
  const title = label ?? slug;
  const site = `${options.topicPrefix}/${options.site}`;
  const topic = (rest: string): string => `${site}/series/${slug}/${rest}`;
  const entity = (platform: string, key: string, name: string, rest: Component): Component => ({
    ...identity(platform, id, key, ownDevice ? name : `${title} ${name.charAt(0).toLowerCase()}${name.slice(1)}`),
    availability_topic: `${site}/status`,
    ...rest,
  });
  const state = { state_topic: topic('state') };
  const fresh = { ...state, expire_after: options.expireAfter };
  const deviceClass = deviceClassOf(unit);
  const readOnly = {
    anomaly: entity('binary_sensor', 'anomaly', 'Anomaly', {
      ...fresh,
      value_template: ofState('anomaly'),
      device_class: 'problem',
      json_attributes_topic: topic('state'),
      // Not the numbers: each change of an attribute is a row in the database of Home Assistant.
      json_attributes_template:
        "{{ {'drift': value_json.drift, 'muted': value_json.muted, 'maintenance': value_json.maintenance, 'mode': value_json.mode, 'unseen': value_json.unseen} | tojson }}",
    }),
    score: entity('sensor', 'score', 'Score', {
      ...fresh,
      value_template: ofState('score'),
      state_class: 'measurement',
      suggested_display_precision: 2,
      icon: 'mdi:chart-bell-curve-cumulative',
    }),
    expected: entity('sensor', 'expected', 'Expected value', {
      ...fresh,
      value_template: ofState('expected'),
      state_class: 'measurement',
      ...(unit === '' ? {} : { unit_of_measurement: unit }),
      ...(deviceClass === null ? {} : { device_class: deviceClass }),
    }),
    phase: entity('sensor', 'phase', 'Phase', {
      ...fresh,
      value_template: ofState('phase'),
      device_class: 'enum',
      options: ['learning', 'ready', 'silent'],
      entity_category: 'diagnostic',
      icon: 'mdi:school',
    }),
    ready_in: entity('sensor', 'ready_in', 'Ready in', {
      ...fresh,
      value_template: ofState('ready_in'),
      device_class: 'duration',
      unit_of_measurement: 's',
      entity_category: 'diagnostic',
    }),
    event: entity('event', 'event', 'Alert', {
      state_topic: topic('event'),
      event_types: ['opened', 'updated', 'closed', 'habit', 'mode'],
      icon: 'mdi:alert',
    }),
  };
  return {
    device: ownDevice
      ? { ...siteDevice(options), identifiers: [id], name: title, via_device: siteId(options) }
      : siteDevice(options),
    origin: originOf(options),
    components: options.buttons
      ? { ...readOnly, ...buttonsOf(series, { entity, state, topic: topic('cmd') }) }
      : readOnly,
  };
}

interface Commanding {
  readonly entity: (platform: string, key: string, name: string, rest: Component) => Component;
  readonly state: Component;
  readonly topic: string;
}

const command = (name: string): string => JSON.stringify({ command: name, by: 'Home Assistant' });

/** The entities that publish commands. Learning and sensitivity are those of the whole group, so a series in one has neither. */
function buttonsOf({ inGroup }: DiscoveredSeries, { entity, state, topic }: Commanding): Discovery['components'] {
  const button = (key: string, name: string, icon: string): Component =>
    entity('button', key, name, { command_topic: topic, payload_press: command(key), icon });
  const answers = {
    normal: button('normal', 'Normal', 'mdi:check'),
    fault: button('fault', 'Fault', 'mdi:alert-circle-check'),
  };
  if (inGroup) return answers;
  return {
    ...answers,
    freeze: entity('switch', 'freeze', 'Freeze', {
      ...state,
      value_template: ofState('frozen'),
      state_on: 'ON',
      state_off: 'OFF',
      command_topic: topic,
      payload_on: command('freeze'),
      payload_off: command('resume'),
      entity_category: 'config',
      icon: 'mdi:snowflake',
    }),
    sensitivity: entity('number', 'sensitivity', 'Sensitivity', {
      ...state,
      value_template: ofState('sensitivity'),
      command_topic: topic,
      command_template: '{"command":"sensitivity","value":{{ value }},"by":"Home Assistant"}',
      min: 0.1,
      max: 10,
      step: 0.05,
      mode: 'box',
      entity_category: 'config',
      icon: 'mdi:tune',
    }),
  };
}

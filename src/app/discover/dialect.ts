/** A family of topics and payloads, as far as the decoder can read it. */
export interface Dialect {
  readonly name: string;
  /** Matches the topics. The group `device`, where there is one, is the level at which alike devices differ. */
  readonly topic: RegExp;
  /** Why no message on these topics has a signal; absent: it may have one. */
  readonly skip?: string;
  /** Only these members of the payload, by their first keys; absent: all. */
  readonly inside?: readonly (readonly string[])[];
  /** Keys of the time of the reading, if the payload has one. */
  readonly time?: readonly string[];
  /** Keys at the beginning that say nothing and are left out of names. */
  readonly envelope?: readonly string[];
}

/** A level of a topic. */
const L = '[^/]+';
const topic = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll('+', L)}$`);

/**
 * The first match counts. A new dialect is one more row. Sources: docs of zigbee2mqtt (MQTT topics and messages), Tasmota (MQTT),
 * Shelly (Gen1 API, Gen2 MQTT), ESPHome (MQTT client), Home Assistant (MQTT statestream, discovery), Homie, The Things Stack, ChirpStack.
 */
export const DIALECTS: readonly Dialect[] = [
  { name: 'zankyo', topic: topic('zankyo/.*'), skip: 'published by zankyo' },
  { name: 'Home Assistant', topic: topic('homeassistant/.*/config'), skip: 'configuration' },
  { name: 'Sparkplug B', topic: topic('spBv1\\.0/.*'), skip: 'no values' },
  { name: 'zigbee2mqtt', topic: topic('zigbee2mqtt/bridge/.*'), skip: 'about the bridge' },
  { name: 'zigbee2mqtt', topic: topic('zigbee2mqtt/.+/(set|get|availability)(/.*)?'), skip: 'request or availability' },
  { name: 'zigbee2mqtt', topic: /^zigbee2mqtt\/(?<device>[^/]+)$/ },
  { name: 'zigbee2mqtt', topic: /^zigbee2mqtt\/.+$/ },
  {
    name: 'Tasmota',
    topic: topic('tele/.*/(STATE|LWT|INFO\\d|UPTIME|MARGINS)|stat/.*|cmnd/.*'),
    skip: 'about the device',
  },
  { name: 'Tasmota', topic: topic('tasmota/discovery/.*'), skip: 'configuration' },
  { name: 'Tasmota', topic: /^tele\/(?<device>.+)\/SENSOR$/, time: ['Time'] },
  { name: 'Tasmota', topic: /^.+\/SENSOR$/, time: ['Time'] },
  {
    name: 'Shelly',
    topic: topic('shellies/.*/(online|announce|info|command|input_event/.*|.*_f)|shellies/(announce|command)'),
    skip: 'about the device',
  },
  { name: 'Shelly', topic: /^shellies\/(?<device>[^/]+)\/.+$/ },
  {
    name: 'Shelly Gen2',
    topic: topic('[\\w-]+/(online|command(/.*)?|rpc|debug/.*|status/(sys|wifi|mqtt|cloud|ble|ws|input:\\d+))'),
    skip: 'about the device',
  },
  {
    name: 'Shelly Gen2',
    topic: /^(?<device>[^/]+)\/events\/rpc$/,
    inside: [['params']],
    time: ['params', 'ts'],
    envelope: ['params'],
  },
  { name: 'Shelly Gen2', topic: /^(?<device>[^/]+)\/status\/\w+:\d+$/ },
  {
    name: 'The Things Stack',
    topic: /^v3\/[^/]+\/devices\/(?<device>[^/]+)\/up$/,
    inside: [['uplink_message', 'decoded_payload']],
    time: ['received_at'],
    envelope: ['uplink_message', 'decoded_payload'],
  },
  { name: 'The Things Stack', topic: topic('v3/.*'), skip: 'about the network' },
  {
    name: 'ChirpStack',
    topic: /^application\/[^/]+\/device\/(?<device>[^/]+)\/event\/up$/,
    inside: [['object']],
    time: ['time'],
    envelope: ['object'],
  },
  { name: 'ChirpStack', topic: topic('application/+/device/.*'), skip: 'about the network' },
  { name: 'Homie', topic: topic('homie/(.*/)?\\$.*|homie/.*/set'), skip: 'about the device' },
  { name: 'Homie', topic: /^homie\/(5\/)?(?<device>[^/]+)\/[^/]+\/[^/]+$/ },
  {
    name: 'ESPHome',
    topic: /^.+\/(sensor|binary_sensor|switch|number|climate)\/(?<device>[^/]+)\/state$/,
  },
  {
    name: 'availability',
    topic: topic(
      '.*/(status|availability|LWT|lwt|online|connected|state/connected|debug|last_changed|last_updated)|status',
    ),
    skip: 'availability or log',
  },
];

const GENERIC: Dialect = { name: 'number', topic: /^.*$/, time: [] };

export const dialectOf = (name: string): Dialect =>
  DIALECTS.find(({ topic: pattern }) => pattern.test(name)) ?? GENERIC;

/** Keys under which a payload of no known dialect has its time. */
export const TIME_KEYS = [
  'time',
  'ts',
  'timestamp',
  'Time',
  'datetime',
  'date_time',
  'measured_at',
  'received_at',
  't',
];

/** Whether a payload has bytes that no text has; the mappers that read such have been asked before. */
export const isBinary = (payload: Uint8Array): boolean =>
  // eslint-disable-next-line no-control-regex -- bytes that no text has
  /[\x00-\x08\x0e-\x1f]/.test(Buffer.from(payload.subarray(0, 200)).toString('latin1'));

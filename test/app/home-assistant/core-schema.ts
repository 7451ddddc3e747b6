import { Ajv2020 } from 'ajv/dist/2020.js';

/*
 * What Home Assistant accepts, as JSON Schema: the keys and types of its own schemas in homeassistant/components/mqtt (schemas.py,
 * config.py, binary_sensor.py, sensor.py, event.py, button.py, switch.py, number.py), versions 2024.11 to 2026. There an unknown key
 * is dropped silently; here it is an error, because it would have no effect.
 */

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const seconds = { type: 'integer', minimum: 0 } as const;
const template = { type: 'string', pattern: '\\{\\{.*\\}\\}' } as const;
/** valid_subscribe_topic and valid_publish_topic: here without wildcards, which no entity of ours needs. */
const topic = { type: 'string', pattern: '^[^+#\\u0000]+$', maxLength: 65_535 } as const;

const AVAILABILITY = {
  availability_topic: topic,
  availability_template: template,
  payload_available: text,
  payload_not_available: text,
};
const COMMON = {
  ...AVAILABILITY,
  platform: text,
  qos: { enum: [0, 1, 2] },
  encoding: text,
  enabled_by_default: flag,
  entity_category: { enum: ['config', 'diagnostic'] },
  icon: { type: 'string', pattern: '^[a-z]+:[a-z0-9-]+$' },
  json_attributes_topic: topic,
  json_attributes_template: template,
  default_entity_id: { type: 'string', pattern: '^[a-z_]+\\.[a-z0-9_]+$' },
  unique_id: { type: 'string', minLength: 1 },
  name: { type: ['string', 'null'] },
};
const READ_ONLY = { state_topic: topic, value_template: template };
const READ_WRITE = { command_topic: topic, optimistic: flag, retain: flag, state_topic: topic };

const platform = (
  name: string,
  required: readonly string[],
  own: object,
  rules: object = {},
): readonly [string, object] => [
  name,
  {
    type: 'object',
    // An entity of a device needs its unique id.
    required: ['platform', 'unique_id', ...required],
    properties: { ...COMMON, ...own },
    additionalProperties: false,
    ...rules,
  },
];

const NUMERIC = ['state_class', 'unit_of_measurement', 'suggested_display_precision'];
const PLATFORMS = Object.fromEntries([
  platform('binary_sensor', ['state_topic'], {
    ...READ_ONLY,
    device_class: { enum: ['problem', 'connectivity'] },
    expire_after: seconds,
    force_update: flag,
    off_delay: seconds,
    payload_on: text,
    payload_off: text,
  }),
  platform(
    'sensor',
    ['state_topic'],
    {
      ...READ_ONLY,
      device_class: text,
      expire_after: seconds,
      force_update: flag,
      last_reset_value_template: template,
      options: { type: 'array', items: text, minItems: 1 },
      suggested_display_precision: { type: 'integer', minimum: 0 },
      state_class: { enum: ['measurement', 'total', 'total_increasing'] },
      unit_of_measurement: { type: 'string', minLength: 1 },
    },
    {
      // validate_sensor_state_and_device_class_config
      if: { properties: { options: { type: 'array' } }, required: ['options'] },
      then: {
        required: ['device_class'],
        properties: {
          options: true,
          device_class: { const: 'enum' },
          ...Object.fromEntries(NUMERIC.map((key) => [key, false])),
        },
      },
      else: { properties: { device_class: { not: { const: 'enum' } } } },
    },
  ),
  platform('event', ['state_topic', 'event_types'], {
    ...READ_ONLY,
    device_class: { enum: ['button', 'doorbell', 'motion'] },
    event_types: { type: 'array', items: text, minItems: 1 },
  }),
  platform('button', ['command_topic'], {
    command_topic: topic,
    command_template: template,
    device_class: { enum: ['identify', 'restart', 'update'] },
    payload_press: text,
    retain: flag,
  }),
  platform('switch', ['command_topic'], {
    ...READ_WRITE,
    command_template: template,
    device_class: { enum: ['outlet', 'switch'] },
    payload_on: text,
    payload_off: text,
    state_on: text,
    state_off: text,
    value_template: template,
  }),
  platform('number', ['command_topic'], {
    ...READ_WRITE,
    command_template: template,
    device_class: text,
    min: { type: 'number' },
    max: { type: 'number' },
    mode: { enum: ['auto', 'box', 'slider'] },
    payload_reset: text,
    step: { type: 'number', minimum: 1e-3 },
    unit_of_measurement: text,
    value_template: template,
  }),
]);

const ORIGIN = {
  type: 'object',
  required: ['name'],
  properties: { name: text, sw_version: text, support_url: text },
  additionalProperties: false,
};
const DEVICE = {
  type: 'object',
  required: ['identifiers'],
  properties: {
    identifiers: { type: 'array', items: text, minItems: 1 },
    connections: { type: 'array', items: { type: 'array', items: text, minItems: 2, maxItems: 2 } },
    ...Object.fromEntries(
      [
        'manufacturer',
        'model',
        'model_id',
        'name',
        'hw_version',
        'serial_number',
        'sw_version',
        'via_device',
        'suggested_area',
        'configuration_url',
      ].map((key) => [key, text]),
    ),
  },
  additionalProperties: false,
};

const SCHEMA = {
  type: 'object',
  required: ['device', 'components', 'origin'],
  properties: {
    ...AVAILABILITY,
    device: DEVICE,
    origin: ORIGIN,
    state_topic: topic,
    command_topic: topic,
    qos: { enum: [0, 1, 2] },
    encoding: text,
    components: {
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        type: 'object',
        required: ['platform'],
        properties: { platform: { enum: Object.keys(PLATFORMS) } },
        allOf: Object.entries(PLATFORMS).map(([name, then]) => ({
          if: { type: 'object', properties: { platform: { const: name } } },
          then,
        })),
      },
    },
  },
  additionalProperties: false,
};

const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(SCHEMA);

/** What Home Assistant would object to in the payload of a discovery topic. */
export const objections = (payload: unknown): readonly string[] => {
  validate(payload);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
};

/** TOPIC_MATCHER of homeassistant/components/mqtt/discovery.py. */
export const isDiscoveryTopic = (topic: string, prefix: string): boolean =>
  topic.startsWith(`${prefix}/`) &&
  /^device\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/.test(topic.slice(prefix.length + 1));

import type { Dialect, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { remember } from '../remember.ts';
import { SWITCH } from '../signals/usual-facts.ts';

/*
 * BASE/DOMAIN/OBJECT/state 21.5, and with `publish_attributes` one topic for each attribute, as JSON:
 * homeassistant/sensor/outside/unit_of_measurement "°C". Everything is retained.
 *
 * https://www.home-assistant.io/integrations/mqtt_statestream/
 */

/** Entities whose unit is remembered; those beyond have none. */
const MAX_ENTITIES = 5_000;

const TOPIC =
  /^(.+)\/(sensor|binary_sensor|switch|light|fan|lock|cover|valve|climate|water_heater|humidifier|weather|input_boolean)\/([^/]+)\/([^/]+)$/;
/** The base topic that the documentation uses, and others that say whose states these are. */
const BASE = /^(homeassistant|home-assistant|home_assistant|hass|ha|statestream)\//;
/** Last levels that Home Assistant's own MQTT discovery has below the same base. */
const NOT_STATE = /\/(config|set|command|availability|attributes)$/;

/** Attributes that measure something, by domain. */
const MEASURED: Readonly<Record<string, Readonly<Record<string, SignalFacts>>>> = {
  climate: { current_temperature: {}, current_humidity: { unit: '%', range: [0, 100] } },
  water_heater: { current_temperature: {} },
  humidifier: { current_humidity: { unit: '%', range: [0, 100] } },
  cover: { current_position: { unit: '%', range: [0, 100] } },
  valve: { current_position: { unit: '%', range: [0, 100] } },
  weather: {
    temperature: {},
    humidity: { unit: '%', range: [0, 100] },
    pressure: {},
    wind_speed: {},
    wind_gust_speed: {},
  },
};
/** Domains whose state is on or off. */
const SWITCHES = new Set(['binary_sensor', 'switch', 'light', 'fan', 'lock', 'input_boolean']);
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['off', false],
  ['locked', true],
  ['unlocked', false],
]);

/** Device classes that are no signal (https://www.home-assistant.io/integrations/sensor/#device-class). */
const NO_SIGNAL: Readonly<Record<string, SignalFacts>> = {
  battery: { noSignal: 'battery' },
  signal_strength: { noSignal: 'link quality' },
  timestamp: { noSignal: 'time' },
  date: { noSignal: 'time' },
  duration: { noSignal: 'uptime' },
  apparent_power: { noSignal: 'derived' },
  reactive_power: { noSignal: 'derived' },
  power_factor: { noSignal: 'derived' },
  monetary: { noSignal: 'derived' },
};
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  '°C': [-55, 125],
  '°F': [-67, 257],
  hPa: [300, 1200],
  lx: [0, 300_000],
};

interface Place {
  readonly domain: string;
  readonly entity: string;
  readonly attribute: string;
}

const placeOf = (topic: string): Place | null => {
  const match = TOPIC.exec(topic);
  return match === null || NOT_STATE.test(topic) ? null : { domain: match[2], entity: match[3], attribute: match[4] };
};

/** What the attributes of an entity have said so far. */
interface Entity {
  unit?: string;
  deviceClass?: string;
  stateClass?: string;
  /** Its state is `unavailable`. */
  gone: boolean;
}

class Statestream implements Mapper {
  private readonly placeOf = remember((topic) => placeOf(topic) ?? NOWHERE);
  private readonly entities = new Map<string, Entity>();

  read(message: DialectMessage, receiver: Receiver): void {
    const place = this.placeOf(message.topic);
    if (place === NOWHERE) return;
    const raw = message.text();
    if (raw === null) return;
    const text = unquoted(raw);
    const { domain, entity, attribute } = place;
    if (attribute === 'state') this.readState(place, text, message.retained, receiver);
    else if (attribute === 'unit_of_measurement') this.described(place).unit = text;
    else if (attribute === 'device_class') this.described(place).deviceClass = text;
    else if (attribute === 'state_class') this.described(place).stateClass = text;
    else if (Object.hasOwn(MEASURED, domain) && Object.hasOwn(MEASURED[domain], attribute) && text !== 'null')
      receiver.sample(entity, attribute, text, null, MEASURED[domain][attribute]);
  }

  private readState(place: Place, text: string, retained: boolean, receiver: Receiver): void {
    const { domain, entity } = place;
    if (text === 'unknown' || text === '') return;
    const known = this.entities.get(keyOf(place));
    const gone = text === 'unavailable';
    if (gone !== (known?.gone ?? false)) {
      this.described(place).gone = gone;
      receiver.availability(entity, !gone);
    }
    if (gone || retained) return;
    if (SWITCHES.has(domain)) receiver.sample(entity, '', WORDS.get(text) ?? text, null, SWITCH);
    else if (domain === 'sensor') receiver.sample(entity, '', text, null, factsOf(known));
  }

  private described(place: Place): Entity {
    const key = keyOf(place);
    let entity = this.entities.get(key);
    if (entity === undefined) {
      entity = { gone: false };
      if (this.entities.size < MAX_ENTITIES) this.entities.set(key, entity);
    }
    return entity;
  }
}

const NOWHERE: Place = { domain: '', entity: '', attribute: '' };

const keyOf = ({ domain, entity }: Place): string => `${domain}.${entity}`;

function factsOf(entity: Entity | undefined): SignalFacts | null {
  const { unit, deviceClass = '', stateClass } = entity ?? {};
  if (Object.hasOwn(NO_SIGNAL, deviceClass)) return NO_SIGNAL[deviceClass];
  if (unit === undefined) return null;
  if (stateClass === 'total_increasing' || (stateClass === 'total' && deviceClass === 'energy'))
    return { unit, counter: 'hour' };
  return Object.hasOwn(RANGES, unit) ? { unit, range: RANGES[unit] } : { unit };
}

/** Attributes are JSON texts: `"°C"`. */
const unquoted = (text: string): string => {
  const trimmed = text.trim();
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
};

export const statestream: Dialect = {
  name: 'statestream',
  // Its discovery, which other devices publish below the same base, has no values: nothing is read of it.
  claims: (topic) => BASE.test(topic) && (TOPIC.test(topic) || topic.endsWith('/config')),
  deviceOf: (topic) => placeOf(topic)?.entity ?? null,
  open: () => new Statestream(),
};

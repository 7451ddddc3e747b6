import { availabilityOf } from '../availability.ts';
import type { Dialect, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { remember } from '../remember.ts';
import {
  ALARM,
  AMPERES,
  BATTERY,
  DERIVED,
  DIAGNOSTICS,
  DUPLICATE,
  SETTING,
  SWITCH,
  VOLTS,
  WATTS,
  WATT_HOURS,
} from '../signals/usual-facts.ts';

/*
 * One topic for each value: shellies/shellyht-3CBD1F/sensor/temperature 22.5, shellies/shellyplug-s-041531/relay/0/power 12.31.
 * The part between "shellies" and the kind of value is the device; it can be changed and may contain "/".
 *
 * https://shelly-api-docs.shelly.cloud/gen1/
 */

const PARTS =
  'relay|emeter|meter|roller|light|white|color|sensor|ext_temperature|ext_temperature_f|ext_temperatures|ext_humidity|ext_humidities|adc|input|input_event|longpush|temperature|temperature_f|temperature_status|overtemperature|overpower|voltage|online|announce|info|status|settings|command|thermostat';
const TOPIC = new RegExp(`^shellies/(.+?)/((?:${PARTS})(?:/.*)?)$`);

/** Devices that sleep between two messages: their last will says that they are gone, every time. */
const SLEEPER = /(^|\/)shelly(ht|flood|dw|dw2|smoke|button1|button2)-/i;

const CELSIUS: SignalFacts = { unit: '°C', range: [-55, 125] };

/** By the levels after the device, a number as `#`. Levels that are not listed have no signal. */
const FACTS: Readonly<Record<string, SignalFacts>> = {
  'relay/#': SWITCH,
  'relay/#/power': WATTS,
  // In watt-minutes, and from zero after each restart.
  'relay/#/energy': DERIVED,
  'relay/#/overpower_value': SETTING,
  'meter/#/power': WATTS,
  'emeter/#/power': WATTS,
  'emeter/#/reactive_power': DERIVED,
  'emeter/#/pf': DERIVED,
  'emeter/#/voltage': VOLTS,
  'emeter/#/current': AMPERES,
  'emeter/#/total': WATT_HOURS,
  'emeter/#/total_returned': WATT_HOURS,
  'emeter/#/energy': DERIVED,
  'emeter/#/returned_energy': DERIVED,
  'roller/#/pos': { unit: '%', range: [-1, 100] },
  'roller/#/power': WATTS,
  'roller/#/energy': DERIVED,
  'light/#': SWITCH,
  'light/#/power': WATTS,
  'light/#/energy': DERIVED,
  'white/#': SWITCH,
  'white/#/power': WATTS,
  'color/#': SWITCH,
  'color/#/power': WATTS,
  'sensor/temperature': CELSIUS,
  'sensor/humidity': { unit: '%', range: [0, 100] },
  'sensor/lux': { unit: 'lx', range: [0, 300_000] },
  'sensor/concentration': { unit: 'ppm' },
  'sensor/tilt': { unit: '°', range: [0, 180] },
  'sensor/battery': BATTERY,
  'sensor/charger': BATTERY,
  'sensor/flood': ALARM,
  'sensor/smoke': ALARM,
  'sensor/vibration': SWITCH,
  'sensor/motion': SWITCH,
  'sensor/state': SWITCH,
  'ext_temperature/#': CELSIUS,
  'ext_temperature_f/#': DUPLICATE,
  'ext_humidity/#': { unit: '%', range: [0, 100] },
  'adc/#': { unit: 'V' },
  'input/#': SWITCH,
  voltage: VOLTS,
  temperature: DIAGNOSTICS,
  temperature_f: DUPLICATE,
  overtemperature: ALARM,
};

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['open', true],
  ['close', false],
]);

interface Place {
  readonly device: string;
  /** '' for the topic of the device's availability. */
  readonly signal: string;
  readonly facts: SignalFacts | null;
}

function placeOf(topic: string): Place | null {
  const match = TOPIC.exec(topic);
  if (match === null) return null;
  const [, device, rest] = match;
  if (rest === 'online') return { device, signal: '', facts: null };
  const key = rest.replace(/\/\d+(?=\/|$)/g, '/#');
  if (!Object.hasOwn(FACTS, key)) return null;
  return { device, signal: rest.replace(/^sensor\//, '').replaceAll('/', '.'), facts: FACTS[key] };
}

class ShellyGen1 implements Mapper {
  private readonly placeOf = remember(placeOf);

  read(message: DialectMessage, receiver: Receiver): void {
    const place = this.placeOf(message.topic);
    if (place === null) return;
    const { device, signal, facts } = place;
    if (signal === '') {
      const online = availabilityOf(message);
      if (online === true || (online === false && !SLEEPER.test(device))) receiver.availability(device, online);
      return;
    }
    const text = message.text();
    if (text !== null) receiver.sample(device, signal, WORDS.get(text) ?? text, null, facts);
  }
}

export const shellyGen1: Dialect = {
  name: 'shelly-gen1',
  claims: (topic) => topic.startsWith('shellies/'),
  deviceOf: (topic) => {
    const place = placeOf(topic);
    return place === null || place.signal === '' ? null : place.device;
  },
  open: () => new ShellyGen1(),
};

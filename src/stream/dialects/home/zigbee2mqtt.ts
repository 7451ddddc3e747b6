import { availabilityOf } from '../availability.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { addBounded, remember } from '../remember.ts';
import { timeOf } from '../time.ts';
import { BATTERY, DUPLICATE, VOLTS } from '../signals/usual-facts.ts';

/*
 * zigbee2mqtt/FRIENDLY_NAME {"temperature":27.34,"humidity":44.72,"linkquality":34}; the name may contain "/".
 * With `output: attribute`, one topic for each value: zigbee2mqtt/FRIENDLY_NAME/temperature 27.34.
 *
 * https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html
 * https://www.zigbee2mqtt.io/guide/configuration/device-availability.html
 */

/** Topics about the bridge and not about a device. */
const BRIDGE =
  /^(.*\/|)bridge\/(state|info|logging|log|config|devices|groups|definitions?|events?|extensions?|converters?|health|networkmap|request|response)(\/.*)?$/;

/** Units that the pages of the devices state, where the name alone does not tell. */
const FACTS: ReadonlyMap<string, SignalFacts> = new Map<string, SignalFacts>([
  ['pressure', { unit: 'hPa', range: [300, 1200] }],
  ['power_phase_b', { unit: 'W' }],
  ['power_phase_c', { unit: 'W' }],
  ['current_phase_b', { unit: 'A' }],
  ['current_phase_c', { unit: 'A' }],
  ['produced_energy', { unit: 'kWh', counter: 'hour' }],
  ['noise', { unit: 'dBA', range: [0, 160] }],
  ['pi_heating_demand', { unit: '%', range: [0, 100] }],
  ['contact', { binary: true }],
  ['occupancy', { binary: true }],
  ['presence', { binary: true }],
  ['vibration', { binary: true }],
  ['elapsed', { noSignal: 'time' }],
  ['action_transition_time', { noSignal: 'setting' }],
  ['action_step_size', { noSignal: 'setting' }],
  ['action_rate', { noSignal: 'setting' }],
  ['action_level', { noSignal: 'setting' }],
  ['action_group', { noSignal: 'identifier' }],
]);

/** Values of binary features other than numbers: switches, covers, locks. */
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['ON', true],
  ['OFF', false],
  ['OPEN', true],
  ['CLOSE', false],
  ['LOCK', true],
  ['UNLOCK', false],
]);

interface Place {
  readonly kind: 'values' | 'availability' | 'bridge' | 'none';
  readonly device: string;
}

const placeOf = (topic: string): Place => {
  const rest = topic.slice(topic.indexOf('/') + 1);
  const bridge = BRIDGE.exec(rest);
  if (bridge !== null) return { kind: bridge[2] === 'state' ? 'bridge' : 'none', device: bridge[1].replace(/\/$/, '') };
  const availability = /^(.+)\/availability$/.exec(rest);
  if (availability !== null) return { kind: 'availability', device: availability[1] };
  return { kind: /\/(set|get)(\/.*)?$/.test(rest) ? 'none' : 'values', device: rest };
};

class Zigbee2mqtt implements Mapper {
  private readonly context: DialectContext;
  private readonly placeOf = remember(placeOf);
  /** Devices that publish objects. With `output: attribute_and_json` their single values are the same again. */
  private readonly withObject = new Set<string>();

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const { kind, device } = this.placeOf(message.topic);
    if (kind === 'none') return;
    if (kind === 'values') {
      this.readValues(device, message, receiver);
      return;
    }
    const online = availabilityOf(message);
    if (online !== null) receiver.availability(device, online, kind === 'bridge');
  }

  private readValues(device: string, message: DialectMessage, receiver: Receiver): void {
    const text = message.text();
    if (text === null) return;
    if (!text.startsWith('{')) {
      const slash = device.lastIndexOf('/');
      const owner = device.slice(0, Math.max(0, slash));
      if (slash > 0 && !this.withObject.has(owner)) sample(owner, device.slice(slash + 1), text, null, {}, receiver);
      return;
    }
    const values = message.json() as Record<string, unknown> | undefined;
    if (values === undefined) return;
    if (!this.withObject.has(device)) addBounded(this.withObject, device);
    const at = timeOf(values['last_seen'], this.context, message, receiver);
    for (const signal in values)
      if (signal !== 'last_seen') sample(device, signal, values[signal], at, values, receiver);
  }
}

/** One member of the state. Nested members are colours, schedules and firmware, null is a value that was not reported yet. */
function sample(
  device: string,
  signal: string,
  value: unknown,
  at: number | null,
  all: Readonly<Record<string, unknown>>,
  receiver: Receiver,
): void {
  if (typeof value === 'number' || typeof value === 'boolean')
    receiver.sample(device, signal, value, at, factsOf(signal, all));
  else if (typeof value === 'string') {
    const word = WORDS.get(value) ?? (Object.hasOwn(all, signal) ? undefined : value);
    if (word !== undefined) receiver.sample(device, signal, word, at, factsOf(signal, all));
  }
}

function factsOf(signal: string, all: Readonly<Record<string, unknown>>): SignalFacts | null {
  if (signal === 'voltage') return isMains(all) ? VOLTS : BATTERY;
  // Until version 2 `illuminance` is the raw value beside `illuminance_lux`.
  if (signal === 'illuminance' && Object.hasOwn(all, 'illuminance_lux')) return DUPLICATE;
  return FACTS.get(signal) ?? null;
}

/** Battery devices report the voltage of their cells, in mV. */
const isMains = (all: Readonly<Record<string, unknown>>): boolean =>
  !Object.hasOwn(all, 'battery') &&
  (Object.hasOwn(all, 'power') || Object.hasOwn(all, 'current') || Object.hasOwn(all, 'energy'));

const valueDevice = ({ kind, device }: Place): string | null => (kind === 'values' ? device : null);

export const zigbee2mqtt: Dialect = {
  name: 'zigbee2mqtt',
  claims: (topic) => /^zigbee2mqtt[^/]*\//.test(topic),
  deviceOf: (topic) => valueDevice(placeOf(topic)),
  open: (context) => new Zigbee2mqtt(context),
};

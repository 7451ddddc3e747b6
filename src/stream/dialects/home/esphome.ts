import { availabilityOf } from '../availability.ts';
import type { Dialect, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { remember } from '../remember.ts';
import { SETTING, SWITCH } from '../signals/usual-facts.ts';

/*
 * PREFIX/COMPONENT_TYPE/NAME/state 21.5, for example livingroom/sensor/temp/state. Climates, fans and covers have a level more:
 * livingroom/climate/heater/current_temperature/state. PREFIX/status is online or offline.
 *
 * https://esphome.io/components/mqtt/
 */

const TYPES =
  'sensor|binary_sensor|switch|number|light|fan|cover|valve|climate|lock|text_sensor|select|text|button|event|date|time|datetime|alarm_control_panel|update';
const STATE = new RegExp(`^(.+)/(${TYPES})/([^/]+)/(?:([^/]+)/)?state$`);

interface Place {
  readonly device: string;
  /** '' for the topic of the device's availability. */
  readonly signal: string;
  readonly facts: SignalFacts | null;
  /** A light publishes an object with its state. */
  readonly inside: 'state' | null;
}

/** What a topic is about; null where it has no value. */
function placeOf(topic: string): Place | null {
  if (topic.endsWith('/status'))
    return { device: topic.slice(0, -'/status'.length), signal: '', facts: null, inside: null };
  const match = STATE.exec(topic);
  if (match === null) return null;
  const [, device, type, name, part = ''] = match;
  const place = (signal: string, facts: SignalFacts | null): Place => ({ device, signal, facts, inside: null });
  switch (type) {
    case 'sensor':
      return part === '' ? place(name, null) : null;
    case 'binary_sensor':
      return place(name, SWITCH);
    case 'switch':
    case 'valve':
    case 'lock':
    case 'fan':
      return part === '' ? place(`${name}.${type}`, SWITCH) : place(`${name}.${part}`, SETTING);
    case 'light':
      return { device, signal: `${name}.light`, facts: SWITCH, inside: 'state' };
    case 'number':
      return place(name, SETTING);
    case 'climate':
      return part.startsWith('current_') ? place(`${name}.${part}`, null) : place(`${name}.${part}`, SETTING);
    case 'cover':
      return part === 'position' ? place(`${name}.position`, { unit: '%', range: [0, 100] }) : null;
    default:
      return null; // texts, buttons, dates
  }
}

class Esphome implements Mapper {
  private readonly placeOf = remember(placeOf);

  read(message: DialectMessage, receiver: Receiver): void {
    const place = this.placeOf(message.topic);
    if (place === null) return;
    const { device, signal, facts, inside } = place;
    if (signal === '') {
      const online = availabilityOf(message);
      if (online !== null) receiver.availability(device, online);
      return;
    }
    const text = message.text();
    if (text === null) return;
    if (inside === null || !text.startsWith('{')) {
      receiver.sample(device, signal, text, null, facts);
      return;
    }
    const payload = message.json() as { readonly state?: unknown } | undefined;
    if (payload?.state !== undefined) receiver.sample(device, signal, payload.state, null, facts);
  }
}

export const esphome: Dialect = {
  name: 'esphome',
  claims: (topic) => topic.endsWith('/state') && STATE.test(topic),
  deviceOf: (topic) => {
    const place = placeOf(topic);
    return place === null || place.signal === '' ? null : place.device;
  },
  open: () => new Esphome(),
};

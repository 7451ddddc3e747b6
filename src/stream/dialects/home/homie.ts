import type { Dialect, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { HomieDevices, type HomieProperty } from './homie-devices.ts';
import { remember } from '../remember.ts';
import { SETTING, SWITCH } from '../signals/usual-facts.ts';

/*
 * Homie 5: homie/5/DEVICE/NODE/PROPERTY 21.5, homie/5/DEVICE/$description (JSON), homie/5/DEVICE/$state.
 * Homie 3 and 4: homie/DEVICE/NODE/PROPERTY 21.5, with one topic for each attribute: homie/DEVICE/NODE/PROPERTY/$unit.
 *
 * https://homieiot.github.io/specification/ https://github.com/homieiot/convention
 */

interface Place {
  /** '' where the topic says nothing. */
  readonly device: string;
  readonly node: string;
  readonly property: string;
  /** `$state`, `$unit`, …; '' for a value. */
  readonly attribute: string;
  readonly signal: string;
}

/** `homie/5/…` and `homie/…`; another base is the first level, and the 5 says which version it is. */
function placeOf(topic: string): Place {
  const levels = topic.split('/').slice(1);
  if (levels[0] === '5') levels.shift();
  const at = levels.findIndex((level) => level.startsWith('$'));
  const attribute = at < 0 ? '' : levels.slice(at).join('/');
  const [device = '', node = '', property = '', ...more] = at < 0 ? levels : levels.slice(0, at);
  const isValue = attribute !== '' || (property !== '' && more.length === 0);
  return isValue && device !== '' ? { device, node, property, attribute, signal: `${node}.${property}` } : NOWHERE;
}

const NOWHERE: Place = { device: '', node: '', property: '', attribute: '', signal: '' };

/** States in which the device is connected; `init` and `sleeping` say nothing about its values. */
const ONLINE: Readonly<Record<string, boolean>> = { ready: true, alert: true, disconnected: false, lost: false };

class Homie implements Mapper {
  private readonly placeOf = remember(placeOf);
  private readonly devices = new HomieDevices();

  read(message: DialectMessage, receiver: Receiver): void {
    const { device, node, property, attribute, signal } = this.placeOf(message.topic);
    if (device === '') return;
    if (attribute === '$description') {
      this.devices.describe(device, message.json());
      return;
    }
    const text = message.text();
    if (text === null) return;
    if (attribute === '') this.readValue(device, signal, text, receiver);
    else if (attribute === '$state' && node === '') {
      if (!Object.hasOwn(ONLINE, text)) return;
      for (const each of [device, ...this.devices.childrenOf(device)]) receiver.availability(each, ONLINE[text]);
    } else if (property !== '') this.devices.setAttribute(device, signal, attribute, text);
  }

  private readValue(device: string, signal: string, text: string, receiver: Receiver): void {
    const property = this.devices.property(device, signal);
    if (property !== null && !NUMBERS.has(property.datatype)) return;
    receiver.sample(device, signal, text, null, property === null ? untyped(text) : factsOf(property));
  }
}

/** Data types that are read; '' where the device has not said. */
const NUMBERS = new Set(['', 'integer', 'float', 'percent', 'boolean']);

/** Without a description, a boolean is known by its words. */
const untyped = (text: string): SignalFacts | null => (text === 'true' || text === 'false' ? SWITCH : null);

const factsOf = ({ datatype, unit, range, settable }: HomieProperty): SignalFacts | null => {
  if (datatype === 'boolean') return SWITCH;
  if (settable) return SETTING;
  if (unit === null && range === null) return null;
  return { ...(unit !== null && { unit }), ...(range !== null && { range }) };
};

export const homie: Dialect = {
  name: 'homie',
  claims: (topic) => topic.startsWith('homie/'),
  deviceOf: (topic) => {
    const { device, attribute } = placeOf(topic);
    return device === '' || attribute !== '' ? null : device;
  },
  open: () => new Homie(),
};

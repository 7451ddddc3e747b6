import { isObject } from '../../values/is-object.ts';
import { availabilityOf } from '../availability.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { addBounded, remember, rememberPairs } from '../remember.ts';
import { sensorValue, unitsIn, zigbeeFacts, type StatedUnits } from './tasmota-facts.ts';
import { timeOf } from '../time.ts';
import { SWITCH } from '../signals/usual-facts.ts';

/*
 * tele/DEVICE/SENSOR {"Time":"2018-02-15T17:37:10","ENERGY":{"Total":6.294,"Power":2635},"TempUnit":"C"}
 *
 * FullTopic may have its parts in any order: tasmota/DEVICE/tele/SENSOR. "Time" is local time without an offset, unless
 * SetOption52 is 1; a message with "Epoch" needs no zone. A Zigbee bridge has its devices under "ZbReceived", also on
 * tele/DEVICE/RESULT.
 *
 * https://tasmota.github.io/docs/MQTT/ https://tasmota.github.io/docs/Zigbee/ https://tasmota.github.io/docs/JSON-Status-Responses/
 * https://tasmota.github.io/docs/DeepSleep/
 */

const MAX_DEPTH = 4;
/** Channels of an energy monitor, axes of an accelerometer. */
const MAX_CHANNELS = 32;

interface Place {
  readonly kind: 'sensor' | 'result' | 'state' | 'LWT' | 'none';
  readonly device: string;
}

const placeOf = (topic: string): Place => {
  const levels = topic.split('/');
  const last = levels.pop()!;
  const prefix = levels.findLastIndex((level) => level === 'tele' || level === 'stat' || level === 'cmnd');
  const [word] = prefix < 0 ? [undefined] : levels.splice(prefix, 1);
  if (levels.length > 1 && levels[0] === 'tasmota') levels.shift();
  const device = levels.join('/');
  if (device === '' || word === 'stat' || word === 'cmnd') return { kind: 'none', device };
  if (last === 'SENSOR') return { kind: 'sensor', device };
  if (last === 'LWT') return { kind: 'LWT', device };
  if (word !== 'tele') return { kind: 'none', device };
  return { kind: last === 'RESULT' ? 'result' : last === 'STATE' ? 'state' : 'none', device };
};

/** The part that all values of one message have in common. */
interface Turn {
  readonly at: number | null;
  readonly units: StatedUnits;
  readonly receiver: Receiver;
}

class Tasmota implements Mapper {
  private readonly context: DialectContext;
  private readonly placeOf = remember(placeOf);
  private readonly channelOf = rememberPairs((name, channel) => `${name}${channel}`);
  /** Devices in DeepSleep: they say that they are gone after each message. */
  private readonly sleepers = new Set<string>();
  private readonly deviceOf = rememberPairs((bridge, name) => {
    // With SetOption89 the topic has the short address of the device as well.
    const own = /^(.*)\/[0-9A-F]{4}$/.exec(bridge)?.[1] ?? bridge;
    return `${own}/${name}`;
  });

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const { kind, device } = this.placeOf(message.topic);
    if (kind === 'none') return;
    if (kind === 'state') {
      if (message.text()?.includes('"DeepSleep":') === true) addBounded(this.sleepers, device);
      return;
    }
    if (kind === 'LWT') {
      const online = availabilityOf(message);
      if (online === true || (online === false && !this.sleepers.has(device)))
        receiver.availability(device, online, true);
      return;
    }
    const payload = message.json();
    if (!isObject(payload)) return;
    const zigbee = payload['ZbReceived'];
    if (kind === 'result' && zigbee === undefined) return;
    const at = timeOf(payload['Epoch'] ?? payload['Time'], this.context, message, receiver);
    const turn: Turn = { at, units: unitsIn(payload), receiver };
    if (isObject(zigbee)) this.readZigbee(device, zigbee, turn);
    if (kind === 'sensor') this.readObject(device, '', payload, 1, turn);
  }

  private readZigbee(bridge: string, devices: Readonly<Record<string, unknown>>, turn: Turn): void {
    for (const key in devices) {
      const values = devices[key];
      if (!isObject(values)) continue;
      const name = values['Name'];
      const device = this.deviceOf(bridge, typeof name === 'string' && name !== '' ? name : key);
      for (const signal in values) this.readValue(device, signal, values[signal], zigbeeFacts(signal, values), 2, turn);
    }
  }

  private readObject(
    device: string,
    above: string,
    values: Readonly<Record<string, unknown>>,
    depth: number,
    turn: Turn,
  ): void {
    for (const key in values) {
      if (depth === 1 && NO_SENSOR.has(key)) continue;
      const { name, facts, stated } = sensorValue(above, key);
      this.readValue(device, name, values[key], stated === null ? facts : turn.units[stated], depth, turn);
    }
  }

  /** A text is a value only where it says on or off: all others are names, addresses and numbers of meters. */
  private readValue(
    device: string,
    name: string,
    value: unknown,
    facts: SignalFacts | null,
    depth: number,
    turn: Turn,
  ): void {
    const { at, receiver } = turn;
    if (typeof value === 'number') receiver.sample(device, name, value, at, facts);
    else if (value === 'ON' || value === 'OFF' || typeof value === 'boolean')
      receiver.sample(device, name, value, at, facts ?? SWITCH);
    else if (Array.isArray(value)) {
      const count = Math.min(value.length, MAX_CHANNELS);
      for (let i = 0; i < count; i++)
        if (typeof value[i] === 'number')
          receiver.sample(device, this.channelOf(name, String(i + 1)), value[i], at, facts);
    } else if (isObject(value) && depth < MAX_DEPTH) this.readObject(device, name, value, depth + 1, turn);
  }
}

/** Members of a message that are not sensors. */
const NO_SENSOR = new Set(['Time', 'Epoch', 'ZbReceived', 'ZbState']);

export const tasmota: Dialect = {
  name: 'tasmota',
  claims: (topic) =>
    topic.endsWith('/SENSOR') ||
    topic.startsWith('tasmota/discovery/') ||
    (/(^|\/)(tele|stat|cmnd)\//.test(topic) && /\/[A-Z][A-Z0-9_]*$/.test(topic)),
  deviceOf: (topic) => {
    const { kind, device } = placeOf(topic);
    return kind === 'sensor' ? device : null;
  },
  open: (context) => new Tasmota(context),
};

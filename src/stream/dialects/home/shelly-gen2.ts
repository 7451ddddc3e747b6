import { isObject } from '../../values/is-object.ts';
import { availabilityOf } from '../availability.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { addBounded, remember, rememberPairs } from '../remember.ts';
import { timeOf } from '../time.ts';
import {
  ALARM,
  AMPERES,
  BATTERY,
  DERIVED,
  DIAGNOSTICS,
  DUPLICATE,
  HERTZ,
  IDENTIFIER,
  SETTING,
  SWITCH,
  TIME,
  UPTIME,
  VOLTS,
  WATTS,
  WATT_HOURS,
} from '../signals/usual-facts.ts';

/*
 * PREFIX/events/rpc {"method":"NotifyStatus","params":{"ts":1708179956.30,"switch:0":{"id":0,"apower":12.3}}}: the changes.
 * PREFIX/status/switch:0 {"id":0,"output":false,"apower":12.3,…}: the component as a whole, without a time.
 * A device can publish both; then the values of the second form are the same ones again.
 *
 * https://shelly-api-docs.shelly.cloud/gen2/General/Notifications and /gen2/ComponentsAndServices/Mqtt
 */

const STATUS = /^(.+)\/status\/([a-z][a-z0-9_]*(?::\d+)?)$/;
const MAX_DEPTH = 3;

/** Components that measure nothing. */
const NO_COMPONENT =
  /^(sys|wifi|eth|mqtt|cloud|ble|bthome|ws|ui|knx|modbus|matter|zigbee|plugs_ui|script|schedule|bthomedevice|bthomecontrol|group|text|enum|button|object|number|service|dali|serial|presence_?zone)(:\d+)?$/;

/** By the path in the component; `temperature.tC` of a temperature component is `tC`. */
const FACTS: Readonly<Record<string, SignalFacts>> = {
  id: IDENTIFIER,
  output: SWITCH,
  apower: WATTS,
  act_power: WATTS,
  total_act_power: WATTS,
  voltage: VOLTS,
  current: AMPERES,
  total_current: AMPERES,
  n_current: AMPERES,
  freq: HERTZ,
  pf: DERIVED,
  aprt_power: DERIVED,
  total_aprt_power: DERIVED,
  'aenergy.total': WATT_HOURS,
  'ret_aenergy.total': WATT_HOURS,
  total_act: WATT_HOURS,
  total_act_ret: WATT_HOURS,
  total_act_energy: WATT_HOURS,
  total_act_ret_energy: WATT_HOURS,
  tC: { unit: '°C', range: [-55, 125] },
  tF: DUPLICATE,
  'temperature.tC': DIAGNOSTICS,
  'temperature.tF': DUPLICATE,
  rh: { unit: '%', range: [0, 100] },
  lux: { unit: 'lx', range: [0, 300_000] },
  illumination: DUPLICATE,
  percent: { unit: '%', range: [0, 100] },
  xpercent: DUPLICATE,
  current_pos: { unit: '%', range: [0, 100] },
  target_pos: SETTING,
  pos_control: SETTING,
  move_timeout: SETTING,
  brightness: SETTING,
  ct: SETTING,
  white: SETTING,
  target_C: SETTING,
  target_F: SETTING,
  current_C: { unit: '°C', range: [-55, 125] },
  current_F: DUPLICATE,
  timer_started_at: TIME,
  timer_duration: SETTING,
  last_updated_ts: TIME,
  'counts.total': { unit: '', counter: 'hour' },
  'counts.xtotal': DUPLICATE,
  xfreq: DUPLICATE,
  // A switch with newer firmware counts its own switching; `output` tells the same.
  'counts.on_time': UPTIME,
  'counts.switch_on': DUPLICATE,
  'counts.on_above_thr': DUPLICATE,
  'counts.on_time_rst_ts': TIME,
  'counts.switch_on_rst_ts': TIME,
  'counts.on_above_thr_rst_ts': TIME,
  alarm: ALARM,
  mute: SETTING,
};

interface Place {
  readonly device: string;
  readonly kind: 'rpc' | 'status' | 'online' | 'none';
  readonly component: string;
}

function placeOf(topic: string): Place {
  // The first generation is below "shellies", and some sites keep that for the second.
  const end = (suffix: string): string => withoutBase(topic.slice(0, -suffix.length));
  if (topic.endsWith('/events/rpc')) return { kind: 'rpc', device: end('/events/rpc'), component: '' };
  if (topic.endsWith('/online')) return { kind: 'online', device: end('/online'), component: '' };
  const status = STATUS.exec(topic);
  return status === null
    ? { kind: 'none', device: '', component: '' }
    : { kind: 'status', device: withoutBase(status[1]), component: status[2] };
}

const withoutBase = (prefix: string): string => prefix.replace(/^shellies\/(?=.)/, '');

interface Signal {
  readonly name: string;
  readonly facts: SignalFacts | null;
}

/** A value below `within`: a component, or a component and the keys between, as `switch:0.aenergy`. */
const signalOf = (within: string, key: string): Signal => {
  const name = `${within}.${key}`;
  const dot = name.indexOf('.');
  return { name, facts: factsOf(name.slice(0, dot), name.slice(dot + 1)) };
};

function factsOf(component: string, path: string): SignalFacts | null {
  if (component.startsWith('devicepower')) return BATTERY;
  if (component.startsWith('input') && path === 'state') return SWITCH;
  if (Object.hasOwn(FACTS, path)) return FACTS[path];
  // Of a three-phase meter: a_voltage, b_act_power, c_total_act_energy.
  const phase = /^[abc]_(.+)$/.exec(path);
  return phase !== null && Object.hasOwn(FACTS, phase[1]) ? FACTS[phase[1]] : null;
}

class ShellyGen2 implements Mapper {
  private readonly context: DialectContext;
  private readonly placeOf = remember(placeOf);
  private readonly signalOf = rememberPairs(signalOf);
  private readonly withinOf = rememberPairs((within, key) => `${within}.${key}`);
  /** Device and component, and the form in which its values came first; the other form repeats them. */
  private readonly sources = new Map<string, 'rpc' | 'status'>();
  private readonly sourceKey = rememberPairs((device, component) => `${device} ${component}`);
  /** Devices that sleep: they say that they are gone, every time. */
  private readonly sleepers = new Set<string>();

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const { kind, device, component } = this.placeOf(message.topic);
    if (kind === 'none') return;
    if (kind === 'online') {
      const online = availabilityOf(message);
      if (online === true || (online === false && !this.sleepers.has(device))) receiver.availability(device, online);
      return;
    }
    const payload = message.json();
    if (!isObject(payload)) return;
    if (kind === 'status') {
      this.readComponent(kind, device, component, payload, null, message.retained, receiver);
      return;
    }
    const { method, params } = payload;
    if ((method !== 'NotifyStatus' && method !== 'NotifyFullStatus') || !isObject(params)) return;
    const at = timeOf(params['ts'], this.context, message, receiver);
    for (const key in params) {
      const part = params[key];
      if (isObject(part)) this.readComponent(kind, device, key, part, at, message.retained, receiver);
    }
  }

  private readComponent(
    source: 'rpc' | 'status',
    device: string,
    component: string,
    values: Readonly<Record<string, unknown>>,
    at: number | null,
    retained: boolean,
    receiver: Receiver,
  ): void {
    if (component === 'sys' && Number(values['wakeup_period']) > 0) addBounded(this.sleepers, device);
    if (NO_COMPONENT.test(component)) return;
    if (!retained && !this.isFirst(source, this.sourceKey(device, component))) return;
    this.readValues(device, component, values, 1, at, receiver);
  }

  private isFirst(source: 'rpc' | 'status', key: string): boolean {
    const first = this.sources.get(key);
    if (first !== undefined) return first === source;
    if (this.sources.size < MAX_COMPONENTS) this.sources.set(key, source);
    return true;
  }

  private readValues(
    device: string,
    within: string,
    values: Readonly<Record<string, unknown>>,
    depth: number,
    at: number | null,
    receiver: Receiver,
  ): void {
    for (const key in values) {
      const value = values[key];
      if (typeof value === 'number' || typeof value === 'boolean') {
        const { name, facts } = this.signalOf(within, key);
        receiver.sample(device, name, value, at, facts);
      } else if (depth < MAX_DEPTH && isObject(value))
        this.readValues(device, this.withinOf(within, key), value, depth + 1, at, receiver);
    }
  }
}

const MAX_COMPONENTS = 10_000;

export const shellyGen2: Dialect = {
  name: 'shelly-gen2',
  claims: (topic) =>
    topic.endsWith('/events/rpc') ||
    /\/status\/[a-z][a-z0-9_]*:\d+$/.test(topic) ||
    /^(.+\/)?shelly[a-z0-9]+-[0-9a-f]{6,12}\/(online|announce|command(\/.+)?|rpc|debug\/.+|status\/[a-z_]+)$/.test(
      topic,
    ),
  deviceOf: (topic) => {
    const { kind, device } = placeOf(topic);
    return kind === 'rpc' || kind === 'status' ? device : null;
  },
  open: (context) => new ShellyGen2(context),
};

import { isObject } from '../../values/is-object.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { addBounded, remember } from '../remember.ts';
import { unquoted } from '../general/scalar.ts';
import { timeOf } from '../time.ts';
import { FAHRENHEIT, LINK, SETTING } from '../signals/usual-facts.ts';

/*
 * rtl_433/HOST/events {"time":"2020-07-05 21:04:23","model":"Nexus-TH","id":173,"channel":1,"temperature_C":22.7,…}: of all sensors.
 * rtl_433/HOST/devices/Nexus-TH/1/173/temperature_C 22.7: the same, one topic for each value. Both are on by default.
 *
 * https://github.com/merbanan/rtl_433/blob/master/docs/OPERATION.md#mqtt-output
 */

const TOPIC = /^(?:.+\/)?rtl_433\/[^/]+\/(?:(events|states)|devices\/(.+)\/([^/]+))$/;
/** The keys that identify a sensor, in the order of the levels of its topics. */
const NAMED_BY = ['type', 'model', 'subtype', 'channel', 'id'];

/** Of the receiver (-M level), or of the button that starts a transmission by hand. */
const FACTS: Readonly<Record<string, SignalFacts>> = {
  freq: LINK,
  freq1: LINK,
  freq2: LINK,
  noise: LINK,
  button: SETTING,
  temperature_F: FAHRENHEIT,
  temperature_1_F: FAHRENHEIT,
  temperature_2_F: FAHRENHEIT,
};
const factsOf = (key: string): SignalFacts | null => (Object.hasOwn(FACTS, key) ? FACTS[key] : null);

interface Place {
  readonly kind: 'events' | 'states' | 'device' | 'none';
  readonly device: string;
  readonly key: string;
}

function placeOf(topic: string): Place {
  const found = TOPIC.exec(topic);
  if (found === null) return { kind: 'none', device: '', key: '' };
  const [, all, device, key] = found as (string | undefined)[];
  if (all === 'events' || all === 'states') return { kind: all, device: '', key: '' };
  return { kind: 'device', device: device ?? '', key: key ?? '' };
}

class Rtl433 implements Mapper {
  private readonly context: DialectContext;
  private readonly placeOf = remember(placeOf);
  /** Sensors whose events came: their other topics repeat them. */
  private readonly withEvents = new Set<string>();

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const { kind, device, key } = this.placeOf(message.topic);
    if (kind === 'device') {
      const text = message.text();
      if (text !== null && !this.withEvents.has(device))
        receiver.sample(device, key, unquoted(text), null, factsOf(key));
      return;
    }
    const event = kind === 'events' ? message.json() : undefined;
    if (isObject(event)) this.readEvent(event, message, receiver);
  }

  private readEvent(event: Readonly<Record<string, unknown>>, message: DialectMessage, receiver: Receiver): void {
    const names: string[] = [];
    for (const key of NAMED_BY) {
      const name = event[key];
      if ((typeof name === 'string' && name !== '') || typeof name === 'number') names.push(String(name));
    }
    if (names.length === 0) return;
    const device = names.join('/');
    if (!message.retained && !this.withEvents.has(device)) addBounded(this.withEvents, device);
    const at = timeOf(event['time'], this.context, message, receiver);
    for (const key in event) {
      const value = event[key];
      if (key !== 'time' && typeof value === 'number') receiver.sample(device, key, value, at, factsOf(key));
    }
  }
}

export const rtl433: Dialect = {
  name: 'rtl433',
  claims: (topic) => TOPIC.test(topic),
  deviceOf: (topic) => {
    const { kind, device } = placeOf(topic);
    return kind === 'device' ? device : null;
  },
  open: (context) => new Rtl433(context),
};

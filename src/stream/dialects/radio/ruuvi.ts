import { isObject } from '../../values/is-object.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { timeOf } from '../time.ts';
import { BATTERY, CELSIUS, IDENTIFIER, LINK, PERCENT } from '../signals/usual-facts.ts';

/*
 * ruuvi/GATEWAY/TAG {"gw_mac":"C8:25:2D:8E:9C:2C","rssi":-62,"ts":1728719836,"data":"0201061BFF99040512FC…"}
 *
 * `data` is the Bluetooth advertisement; format 5 (RAWv2) of Ruuvi is read.
 * https://docs.ruuvi.com/gw-data-formats and https://docs.ruuvi.com/communication/bluetooth-advertisements/data-format-5-rawv2
 */

const MAC = '[0-9A-F]{2}(?::[0-9A-F]{2}){5}';
const TOPIC = new RegExp(`^(?:.+/)?ruuvi/${MAC}/(${MAC})$`, 'i');
/** Data of the manufacturer 0x0499, format 5, 23 bytes. */
const RAW_V2 = /^(?:[0-9A-F]{2})*?FF990405([0-9A-F]{46})/i;
const MAX_TAGS = 10_000;
const MAX_DIGITS = 512;

const ACCELERATION: SignalFacts = { unit: 'g' };
const PRESSURE: SignalFacts = { unit: 'hPa', range: [300, 1200] };

class Ruuvi implements Mapper {
  private readonly context: DialectContext;
  /** The number of the newest measurement of each tag: several gateways, and several advertisements, repeat it. */
  private readonly newest = new Map<string, number>();

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const tag = TOPIC.exec(message.topic)?.[1];
    const payload = message.json();
    if (tag === undefined || !isObject(payload)) return;
    const { data, ts } = payload;
    const found = typeof data === 'string' && data.length <= MAX_DIGITS ? RAW_V2.exec(data) : null;
    if (found === null) return;
    const bytes = Buffer.from(found[1], 'hex');
    const sequence = bytes.readUInt16BE(15);
    if (sequence !== 0xffff && !message.retained) {
      if (this.newest.get(tag) === sequence) return;
      if (this.newest.size < MAX_TAGS || this.newest.has(tag)) this.newest.set(tag, sequence);
    }
    const at = timeOf(typeof ts === 'string' ? Number(ts) : ts, this.context, message, receiver);
    const send = (signal: string, value: number, facts: SignalFacts): void => {
      receiver.sample(tag, signal, value, at, facts);
    };
    const [temperature, humidity, pressure] = [bytes.readInt16BE(0), bytes.readUInt16BE(2), bytes.readUInt16BE(4)];
    // The largest number, or the smallest one with a sign, says that there is none.
    if (temperature !== -0x8000) send('temperature', rounded(temperature * 0.005), CELSIUS);
    if (humidity !== 0xffff) send('humidity', rounded(humidity * 0.0025), PERCENT);
    if (pressure !== 0xffff) send('pressure', (pressure + 50_000) / 100, PRESSURE);
    for (const [i, axis] of ['x', 'y', 'z'].entries()) {
      const acceleration = bytes.readInt16BE(6 + 2 * i);
      if (acceleration !== -0x8000) send(`acceleration.${axis}`, acceleration / 1000, ACCELERATION);
    }
    const power = bytes.readUInt16BE(12);
    if (power >> 5 !== 0x7ff) send('voltage', (1600 + (power >> 5)) / 1000, BATTERY);
    if ((power & 0x1f) !== 0x1f) send('tx_power', 2 * (power & 0x1f) - 40, LINK);
    send('movement_counter', bytes[14], IDENTIFIER);
  }
}

/** Without the digits that the multiplication adds. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

export const ruuvi: Dialect = {
  name: 'ruuvi',
  claims: (topic) => TOPIC.test(topic),
  deviceOf: (topic) => TOPIC.exec(topic)?.[1] ?? null,
  open: (context) => new Ruuvi(context),
};

import { isObject } from '../../values/is-object.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { addBounded } from '../remember.ts';
import { timeOf } from '../time.ts';
import { BATTERY, CELSIUS, DERIVED, LINK, PERCENT, UPTIME, VOLTS } from '../signals/usual-facts.ts';

/*
 * msh/REGION/2/json/CHANNEL/!GATEWAY {"from":2130636288,"id":452664778,"type":"telemetry","payload":{"temperature":23.3,…},…}
 *
 * The topic names the gateway that heard the node; `from` is the node. Several gateways may publish one packet.
 * https://meshtastic.org/docs/software/integrations/mqtt/
 * https://github.com/meshtastic/protobufs/blob/master/meshtastic/telemetry.proto
 */

const TOPIC = /^msh\/(?:.+\/)?json\/[^/]+\/![0-9a-f]+$/;

const FACTS: Readonly<Record<string, SignalFacts>> = {
  battery_level: BATTERY,
  uptime_seconds: UPTIME,
  channel_utilization: LINK,
  air_util_tx: LINK,
  temperature: CELSIUS,
  relative_humidity: PERCENT,
  barometric_pressure: { unit: 'hPa', range: [300, 1200] },
  lux: { unit: 'lx', range: [0, 300_000] },
  white_lux: DERIVED,
  ir_lux: DERIVED,
  // Not stated; the programs of the project show mA.
  current: { unit: 'mA' },
  wind_speed: { unit: 'm/s', range: [0, 120] },
  wind_direction: { unit: '°', range: [0, 360] },
  weight: { unit: 'kg' },
  distance: { unit: 'mm' },
};

class Meshtastic implements Mapper {
  private readonly context: DialectContext;
  private readonly packets = new Set<string>();

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const packet = message.json();
    if (!isObject(packet)) return;
    const { from, id, type, payload, timestamp } = packet;
    if (type !== 'telemetry' || !isObject(payload) || !Number.isSafeInteger(from)) return;
    const node = `!${(from as number).toString(16).padStart(8, '0')}`;
    if (typeof id === 'number' && !message.retained) {
      const key = `${node} ${id}`;
      if (this.packets.has(key)) {
        receiver.refuse('redelivered');
        return;
      }
      addBounded(this.packets, key);
    }
    const at = timeOf(timestamp, this.context, message, receiver);
    // A packet has one kind of telemetry; that with a level of the battery has its voltage.
    const ofDevice = Object.hasOwn(payload, 'battery_level');
    for (const key in payload) {
      const value = payload[key];
      if (typeof value !== 'number') continue;
      const voltage = ofDevice ? BATTERY : VOLTS;
      receiver.sample(
        node,
        key,
        value,
        at,
        key === 'voltage' ? voltage : Object.hasOwn(FACTS, key) ? FACTS[key] : null,
      );
    }
  }
}

export const meshtastic: Dialect = {
  name: 'meshtastic',
  claims: (topic) => TOPIC.test(topic),
  open: (context) => new Meshtastic(context),
};

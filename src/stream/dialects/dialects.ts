import { availability } from './availability.ts';
import { cbor } from './general/cbor.ts';
import { chirpstack } from './radio/chirpstack.ts';
import type { Dialect, Format } from './dialect.ts';
import { esphome } from './home/esphome.ts';
import { homie } from './home/homie.ts';
import { influx } from './general/influx.ts';
import { json } from './general/json-object.ts';
import { meshtastic } from './radio/meshtastic.ts';
import { rtl433 } from './radio/rtl433.ts';
import { ruuvi } from './radio/ruuvi.ts';
import { scalar } from './general/scalar.ts';
import { senml } from './general/senml.ts';
import { shellyGen1 } from './home/shelly-gen1.ts';
import { shellyGen2 } from './home/shelly-gen2.ts';
import { sparkplug } from './sparkplug.ts';
import { statestream } from './home/statestream.ts';
import { tasmota } from './home/tasmota.ts';
import { thingsStack } from './radio/things-stack.ts';
import { zigbee2mqtt } from './home/zigbee2mqtt.ts';

/**
 * All dialects, in the order in which they are asked: those that know their topics, those that know their content, and at the end
 * the one that takes every payload.
 */
export const DIALECTS: readonly Dialect[] = [
  // by topic; the second generation of Shelly before the first, which has everything below "shellies"
  zigbee2mqtt,
  homie,
  thingsStack,
  chirpstack,
  shellyGen2,
  shellyGen1,
  tasmota,
  statestream,
  esphome,
  sparkplug,
  rtl433,
  meshtastic,
  ruuvi,
  availability,
  // by content
  senml,
  cbor,
  json,
  influx,
  scalar,
];

/** The dialect of a message: the first whose topic and content fit. */
export function recognise(topic: string, payload: Uint8Array): Dialect {
  for (const dialect of DIALECTS) {
    const { claims, sniffs } = dialect;
    if (claims !== undefined && !claims(topic)) continue;
    if (sniffs !== undefined && !sniffs(payload)) continue;
    return dialect;
  }
  return scalar;
}

/** The dialect with a name of FORMATS; null for one that is not built yet. */
export const dialectNamed = (name: Format): Dialect | null => DIALECTS.find((dialect) => dialect.name === name) ?? null;

/** The device of a topic with values, as its dialect calls it; else the topic. For inputs with explicit fields. */
export function deviceOf(topic: string): string {
  for (const { claims, deviceOf } of DIALECTS)
    if (deviceOf !== undefined && claims?.(topic) === true) return deviceOf(topic) ?? topic;
  return topic;
}

import { availability } from './availability.ts';
import { cbor } from './cbor.ts';
import { chirpstack } from './chirpstack.ts';
import type { Dialect, Format } from './dialect.ts';
import { esphome } from './esphome.ts';
import { homie } from './homie.ts';
import { influx } from './influx.ts';
import { json } from './json-object.ts';
import { meshtastic } from './meshtastic.ts';
import { rtl433 } from './rtl433.ts';
import { ruuvi } from './ruuvi.ts';
import { scalar } from './scalar.ts';
import { senml } from './senml.ts';
import { shellyGen1 } from './shelly-gen1.ts';
import { shellyGen2 } from './shelly-gen2.ts';
import { sparkplug } from './sparkplug.ts';
import { statestream } from './statestream.ts';
import { tasmota } from './tasmota.ts';
import { thingsStack } from './things-stack.ts';
import { zigbee2mqtt } from './zigbee2mqtt.ts';

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

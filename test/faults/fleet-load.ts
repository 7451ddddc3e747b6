import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { Random } from '../../src/math/random.ts';

export interface LoadOptions {
  /** URL of the MQTT listener of the server. */
  readonly url: string;
  readonly streams: number;
  readonly messages: number;
  /** Messages a second. */
  readonly rate: number;
  readonly username?: string;
  readonly password?: string;
}

const CLIENTS = 4;
const IN_FLIGHT = 100;
const START = Date.UTC(2026, 0, 1);
const STEP_MS = 60_000;
/** Of the readings of a stream one in so many is out of range: the sensor is at fault until the next. */
const FAULT_EVERY = 25;

/**
 * Sensors that publish at QoS 1 over MQTT: the streams in turn, each with its own times. Resolves when the server has acknowledged all
 * messages.
 */
export async function publishReadings({ url, streams, messages, rate, ...user }: LoadOptions): Promise<void> {
  const clients: MqttClient[] = await Promise.all(
    Array.from({ length: CLIENTS }, () => connectAsync(url, { protocolVersion: 4, ...user })),
  );
  const random = new Random(1);
  const flying = new Set<Promise<unknown>>();
  const begin = performance.now();
  for (let k = 0; k < messages; k++) {
    const stream = k % streams;
    const step = Math.floor(k / streams);
    const value =
      (step + stream) % FAULT_EVERY === 0 && step > 2 ? 99 : Math.sin(step / 5 + stream) * 5 + random.normal();
    const payload = JSON.stringify({ v: value, at: (START + step * STEP_MS) / 1000 });
    // The order of a stream is that of its client.
    const sent = clients[stream % CLIENTS].publishAsync(`hall/${stream}/value`, payload, { qos: 1 });
    flying.add(sent);
    void sent.then(() => flying.delete(sent));
    if (flying.size >= IN_FLIGHT * CLIENTS) await Promise.race(flying);
    const aheadMs = (k / rate) * 1000 - (performance.now() - begin);
    if (aheadMs > 20) await sleep(aheadMs);
  }
  await Promise.all(flying);
  await Promise.all(clients.map((client) => client.endAsync()));
}

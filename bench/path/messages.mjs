import { Random } from '../../dist/math/random.js';

/** PATH_DEVICES gives another number, up to 10,000: streams that no cache holds. */
export const DEVICES = Number(process.env.PATH_DEVICES ?? 50);
const STEP_MS = 60_000;
const DAY_MS = 86_400_000;
const START = Date.UTC(2024, 0, 1); // long enough ago that no round reaches the present

/**
 * The messages of the devices `first` to `last` below the topic `base` for readings `from` to `to`: `[topic, payload]`, device after device,
 * in the format of zigbee2mqtt for a climate sensor: 300 bytes, a daily wave with noise, a time that advances by a minute.
 */
export function* messages(base, from, to, first = 0, last = DEVICES) {
  const random = new Random(1 + from + 1e6 * first);
  for (let i = from; i < to; i++) {
    const at = START + i * STEP_MS;
    for (let device = first; device < last; device++) {
      const wave = Math.sin((2 * Math.PI * at) / DAY_MS + device);
      const temperature = 20 + 4 * wave + 0.2 * random.normal();
      const humidity = 50 - 10 * wave + random.normal();
      yield [
        `${base}/climate-${String(device).padStart(2, '0')}`,
        JSON.stringify({
          battery: 97,
          device: { friendlyName: `climate-${device}` },
          humidity: Number(humidity.toFixed(2)),
          last_seen: new Date(at).toISOString(),
          linkquality: 80 + (i % 40),
          power_outage_count: 14,
          pressure: Number((1013 + 3 * wave).toFixed(1)),
          temperature: Number(temperature.toFixed(2)),
          update: { installed_version: 16777241, latest_version: 16777241, state: 'idle' },
          update_available: null,
          voltage: 2995,
        }),
      ];
    }
  }
}

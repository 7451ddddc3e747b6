import { connect, type MqttClient } from 'mqtt';

/** A device of the simulated home: its retained messages at the start, and the messages of each round. */
export interface Device {
  readonly retained?: (id: number) => readonly (readonly [topic: string, payload: string])[];
  readonly live: (round: number) => readonly (readonly [topic: string, payload: string])[];
}

const json = JSON.stringify;
const wave = (round: number, seed: number): number => Math.sin(round / 7 + seed) + 0.1 * Math.sin(13.7 * round + seed);
const to = (digits: number, x: number): number => Number(x.toFixed(digits));

/** Payloads as the devices send them: zigbee2mqtt, Tasmota, Shelly of both generations, ESPHome, plain numbers and plain JSON. */
export const thirtyDevices = (): readonly Device[] => [
  ...['bath', 'bedroom', 'hall', 'Küche', 'living room', 'cellar/north'].map((name, i) => zigbeeClimate(name, i)),
  ...['washer', 'fridge', 'desk', 'pump'].map((name, i) => zigbeePlug(name, i)),
  ...['front door', 'window'].map((name, i) => zigbeeContact(name, i)),
  ...['freezer', 'oven', 'dryer'].map((name, i) => tasmotaPlug(name, i)),
  ...['attic', 'shed'].map((name, i) => tasmotaClimate(name, i)),
  ...['b8d61a8b17cc', 'a8032ab12345', '441793a1b2c3'].map((mac, i) => shellyPlug(`shellyplusplugs-${mac}`, i)),
  ...['c049ef8a1b2c', 'c049ef8a1b2d'].map((mac, i) => shellyClimate(`shellyplusht-${mac}`, i)),
  ...['3CBD1F', '77AA01'].map((id, i) => shellyOne(`shellyht-${id}`, i)),
  ...['heatpump', 'garage'].map((name, i) => esphome(name, i)),
  ...['tank/level', 'boiler/flow_temperature', 'boiler/return_temperature'].map((topic, i) => plain(topic, i)),
  {
    live: (round) => [
      [
        'line1/press',
        json({
          sensor_id: 'S1',
          pressure: to(2, 123 + wave(round, 1)),
          unit: 'bar',
          timestamp: new Date().toISOString(),
        }),
      ],
    ],
  },
];

const zigbeeClimate = (name: string, seed: number): Device => ({
  retained: () => [
    [`zigbee2mqtt/${name}/availability`, json({ state: 'online' })],
    ['zigbee2mqtt/bridge/state', json({ state: 'online' })],
  ],
  live: (round) => [
    [
      `zigbee2mqtt/${name}`,
      json({
        battery: 97,
        humidity: to(1, 48 + 3 * wave(round, seed)),
        linkquality: 80 + (round % 40),
        pressure: to(1, 1003 + wave(round, seed + 2)),
        temperature: to(2, 21 + wave(round, seed)),
        voltage: 2985,
        last_seen: new Date().toISOString(),
      }),
    ],
  ],
});

const zigbeePlug = (name: string, seed: number): Device => ({
  live: (round) => [
    [
      `zigbee2mqtt/${name}`,
      json({
        current: to(2, 0.4 + 0.05 * wave(round, seed)),
        energy: to(2, 12.3 + round / 100),
        linkquality: 100 + (round % 9),
        power: to(1, 90 + 8 * wave(round, seed)),
        state: 'ON',
        update: { installed_version: 40, latest_version: 40, state: 'idle' },
        voltage: 230 + (round % 3),
        power_outage_count: 4,
      }),
    ],
  ],
});

const zigbeeContact = (name: string, seed: number): Device => ({
  live: (round) => [
    [
      `zigbee2mqtt/${name}`,
      json({
        battery: 88,
        battery_low: false,
        contact: (round + seed) % 17 > 2,
        linkquality: 61,
        tamper: false,
        voltage: 2900,
      }),
    ],
  ],
});

const localTime = (): string =>
  new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19);

const tasmotaPlug = (name: string, seed: number): Device => ({
  retained: () => [
    [`tele/${name}/LWT`, 'Online'],
    [`tasmota/discovery/${name}/config`, json({ ip: '192.168.1.9', dn: name, sn: {} })],
  ],
  live: (round) => [
    [
      `tele/${name}/SENSOR`,
      json({
        Time: localTime(),
        ENERGY: {
          TotalStartTime: '2018-02-10T10:00:00',
          Total: to(3, 6.294 + round / 1000),
          Yesterday: 0.902,
          Today: to(3, 0.1 + round / 1000),
          Period: 2,
          Power: Math.round(2635 + 30 * wave(round, seed)),
          ApparentPower: 2650,
          ReactivePower: 210,
          Factor: 0.99,
          Voltage: 227 + (round % 2),
          Current: to(3, 11.66 + 0.1 * wave(round, seed)),
        },
      }),
    ],
    [
      `tele/${name}/STATE`,
      json({
        Time: localTime(),
        Uptime: '0T01:00:05',
        UptimeSec: 3600 + round,
        Heap: 25,
        LoadAvg: 19,
        POWER: 'ON',
        Wifi: { AP: 1, RSSI: 88, Signal: -56 },
      }),
    ],
  ],
});

const tasmotaClimate = (name: string, seed: number): Device => ({
  live: (round) => [
    [
      `tele/${name}/SENSOR`,
      json({
        Time: localTime(),
        AM2301: {
          Temperature: to(1, 22.6 + wave(round, seed)),
          Humidity: to(1, 42 + 2 * wave(round, seed)),
          DewPoint: 9.1,
        },
        TempUnit: 'C',
      }),
    ],
  ],
});

const shellyPlug = (id: string, seed: number): Device => ({
  retained: () => [[`${id}/online`, 'true']],
  live: (round) => [
    [
      `${id}/status/switch:0`,
      json({
        id: 0,
        source: 'init',
        output: true,
        apower: to(1, 60 + 5 * wave(round, seed)),
        voltage: to(1, 229 + wave(round, seed)),
        current: to(3, 0.28 + 0.02 * wave(round, seed)),
        aenergy: {
          total: to(3, 1_042.5 + round / 7),
          by_minute: [1, 2, 3],
          minute_ts: Math.round(Date.now() / 60_000) * 60,
        },
        temperature: { tC: to(1, 41 + wave(round, seed)), tF: to(1, 105.8 + wave(round, seed)) },
      }),
    ],
    [
      `${id}/events/rpc`,
      json({
        src: id,
        dst: `${id}/events`,
        method: 'NotifyStatus',
        params: { ts: to(2, Date.now() / 1000), 'switch:0': { id: 0, apower: to(1, 60 + 5 * wave(round, seed)) } },
      }),
    ],
  ],
});

const shellyClimate = (id: string, seed: number): Device => ({
  live: (round) => [
    [
      `${id}/events/rpc`,
      json({
        src: id,
        dst: `${id}/events`,
        method: 'NotifyFullStatus',
        params: {
          ts: to(2, Date.now() / 1000),
          'devicepower:0': { id: 0, battery: { V: 5.9, percent: 99 }, external: { present: false } },
          'humidity:0': { id: 0, rh: to(1, 42 + wave(round, seed)) },
          sys: { mac: 'C049EF', uptime: 3 + round, ram_size: 246000, ram_free: 150000 + 10 * (round % 5) },
          'temperature:0': { id: 0, tC: to(1, 19.8 + wave(round, seed)), tF: to(1, 67.6 + 1.8 * wave(round, seed)) },
          wifi: { rssi: -60 - (round % 4), status: 'got ip' },
        },
      }),
    ],
  ],
});

const shellyOne = (id: string, seed: number): Device => ({
  retained: () => [[`shellies/${id}/online`, 'true']],
  live: (round) => [
    [`shellies/${id}/sensor/temperature`, String(to(2, 22.5 + wave(round, seed)))],
    [`shellies/${id}/sensor/humidity`, String(to(1, 40 + wave(round, seed)))],
    [`shellies/${id}/sensor/battery`, '87'],
  ],
});

const esphome = (name: string, seed: number): Device => ({
  retained: () => [
    [`${name}/status`, 'online'],
    [
      `homeassistant/sensor/${name}/${name}_noise/config`,
      json({
        name: 'Noise',
        stat_t: `${name}/sensor/hum_of_motor/state`,
        unit_of_meas: 'dB',
        dev_cla: 'sound_pressure',
      }),
    ],
  ],
  live: (round) => [
    [`${name}/sensor/${name}_temperature/state`, String(to(2, 33 + wave(round, seed)))],
    [`${name}/sensor/wifi_signal/state`, String(-50 - (round % 5))],
    [`${name}/sensor/uptime/state`, String(1000 + round)],
    [`${name}/sensor/hum_of_motor/state`, String(to(1, 55 + wave(round, seed)))],
    [`${name}/binary_sensor/${name}_running/state`, round % 9 > 3 ? 'ON' : 'OFF'],
  ],
});

const plain = (topic: string, seed: number): Device => ({
  live: (round) => [[topic, String(to(2, 50 + 2 * wave(round, seed)))]],
});

/** Publishes the messages of all devices every `everyMs`, until `stop`. */
export async function startDevices(
  url: string,
  devices: readonly Device[],
  everyMs: number,
): Promise<{ readonly rounds: () => number; stop(): Promise<void> }> {
  const client: MqttClient = connect(url, { clientId: 'devices' });
  await new Promise((resolve) => client.once('connect', resolve));
  for (const [i, { retained }] of devices.entries())
    for (const [topic, payload] of retained?.(i) ?? []) client.publish(topic, payload, { retain: true });
  let round = 0;
  const timer = setInterval(() => {
    round++;
    for (const { live } of devices) for (const [topic, payload] of live(round)) client.publish(topic, payload);
  }, everyMs);
  return {
    rounds: () => round,
    stop: async () => {
      clearInterval(timer);
      await client.endAsync(true);
    },
  };
}

import { describe, expect, test } from 'vitest';
import { published, shown } from './published.ts';
import { read } from './receive.ts';

const TOPIC = 'v3/app1@tenant1/devices/dev1';

/** An uplink of dev1 with this decoded payload. */
const uplink = (decoded_payload: object) => ({
  end_device_ids: { device_id: 'dev1' },
  received_at: '2020-02-12T15:15:46.014773143Z',
  uplink_message: { f_port: 1, f_cnt: 4, decoded_payload, rx_metadata: [{ rssi: -107, snr: 4.8 }] },
});
const AT = '2020-02-12T15:15:46.015Z';

published('things-stack', {
  'https://www.thethingsindustries.com/docs/integrations/data-formats/': [
    {
      topic: `${TOPIC}/up`,
      payload:
        '{"end_device_ids":{"device_id":"dev1","application_ids":{"application_id":"app1"},"dev_eui":"0004A30B001C0530","join_eui":"800000000000000C","dev_addr":"00BCB929"},"correlation_ids":["as:up:01E0WZGT6Y7657CPFPE5WEYDSQ"],"received_at":"2020-02-12T15:15:46.014773143Z","uplink_message":{"session_key_id":"AXA50tHUGUucuzS/bCGMNw==","f_cnt":1,"frm_payload":"gkHe","decoded_payload":{"temperature":1.0,"luminosity":0.64},"rx_metadata":[{"gateway_ids":{"gateway_id":"gtw1","eui":"9C5C8E00001A05C4"},"time":"2020-02-12T15:15:45.787Z","timestamp":2463457000,"rssi":-35,"channel_rssi":-35,"snr":5,"channel_index":2}],"settings":{"data_rate":{"lora":{"bandwidth":125000,"spreading_factor":7}},"data_rate_index":5,"coding_rate":"4/6","frequency":"868300000","timestamp":2463457000},"consumed_airtime":"0.056576s","locations":{"user":{"latitude":37.97155556731436,"longitude":23.72678801175413,"altitude":10}},"received_at":"2020-02-12T15:15:45.789585559Z"}}',
      values: { 'dev1 temperature': '1 °C', 'dev1 luminosity': '0.64 lx' },
      at: AT,
    },
    {
      topic: `${TOPIC}/join`,
      payload:
        '{"end_device_ids":{"device_id":"dev1"},"received_at":"2020-02-17T07:49:09.935284891Z","join_accept":{"session_key_id":"AXBSH1Pk6Z0G166RlH16CQ==","received_at":"2020-02-17T07:49:09.736532315Z"}}',
      values: {},
    },
    {
      topic: `${TOPIC}/down/ack`,
      payload:
        '{"end_device_ids":{"device_id":"dev1"},"received_at":"2020-02-17T10:32:24.590413417Z","downlink_ack":{"f_port":15,"f_cnt":1,"frm_payload":"vu8=","confirmed":true,"priority":"NORMAL"}}',
      values: {},
    },
    {
      topic: `${TOPIC}/down/failed`,
      payload:
        '{"end_device_ids":{"device_id":"dev1"},"downlink_failed":{"downlink":{"f_port":15},"error":{"code":3}}}',
      values: {},
    },
    {
      topic: `${TOPIC}/down/push`,
      payload:
        '{"downlinks":[{"f_port":15,"frm_payload":"vu8=","decoded_payload":{"temperature":1.0,"luminosity":0.64}}]}',
      values: {},
    },
  ],
  'https://www.thethingsindustries.com/docs/integrations/other-integrations/mqtt/': [
    {
      // Without a payload formatter.
      topic: `${TOPIC}/up`,
      payload:
        '{"end_device_ids":{"device_id":"dev1"},"uplink_message":{"session_key_id":"AWiZpAyXrAfEkUNkBljRoA==","f_port":15,"frm_payload":"VGVtcGVyYXR1cmUgPSAwLjA=","rx_metadata":[{"time":"2019-01-29T13:02:34.981Z","timestamp":1283325000,"rssi":-35,"snr":5}]}}',
      values: {},
    },
    { topic: `${TOPIC}/join`, payload: '{"join_accept":{"session_key_id":"AWiZpAyXrAfEkUNkBljRoA=="}}', values: {} },
    {
      topic: `${TOPIC}/down/push`,
      payload: '{"downlinks":[{"f_port":15,"frm_payload":"vu8=","priority":"NORMAL"}]}',
      values: {},
    },
    {
      topic: `${TOPIC}/down/ack`,
      payload: '{"downlink_ack":{"session_key_id":"AWnj0318qrtJ7kbudd8Vmw==","f_port":15,"f_cnt":11,"confirmed":true}}',
      values: {},
    },
  ],
  'https://www.thethingsindustries.com/docs/integrations/payload-formatters/cayenne/': [
    { topic: `${TOPIC}/up`, payload: uplink({ analog_in_1: 161.3 }), values: { 'dev1 analog_in_1': '161.3' }, at: AT },
    {
      topic: `${TOPIC}/up`,
      payload: uplink({
        temperature_3: 27.2,
        relative_humidity_4: 55.5,
        barometric_pressure_5: 1004.2,
        digital_in_6: 1,
      }),
      values: {
        'dev1 temperature_3': '27.2 °C',
        'dev1 relative_humidity_4': '55.5 %',
        'dev1 barometric_pressure_5': '1004.2 hPa',
        'dev1 digital_in_6': '1 on/off',
      },
      at: AT,
    },
  ],
  'https://thingsboard.io/docs/user-guide/integrations/tti/': [
    {
      topic: 'v3/app@ttn/devices/eui-01/up',
      payload:
        '{"end_device_ids":{"device_id":"eui-01"},"received_at":"2020-08-11T08:59:45.869225403Z","uplink_message":{"f_port":2,"f_cnt":23787,"frm_payload":"AgA=","decoded_payload":{"temperature":2},"rx_metadata":[{"rssi":-42}]}}',
      values: { 'eui-01 temperature': '2 °C' },
      at: '2020-08-11T08:59:45.869Z',
    },
  ],
  'decoded_payload of two public repositories, address not known; the message around it is constructed': [
    {
      topic: `${TOPIC}/up`,
      payload: uplink({
        co2_ppm: 1240,
        device_state: 0,
        humidity: 25,
        latitude: 47.4,
        longitude: 8.39,
        temperature: 25.399993896484375,
      }),
      values: {
        'dev1 co2_ppm': '1240 ppm',
        'dev1 device_state': '0 on/off',
        'dev1 humidity': '25 %',
        'dev1 temperature': '25.399993896484375 °C',
      },
      at: AT,
    },
    {
      topic: `${TOPIC}/up`,
      payload: uplink({ main_tds: 450, ro_tds: 85, reject_tds: 800, ph: 7.2 }),
      values: { 'dev1 main_tds': '450', 'dev1 ro_tds': '85', 'dev1 reject_tds': '800', 'dev1 ph': '7.2' },
      at: AT,
    },
  ],
});

describe('The Things Stack', () => {
  test('raw bytes, texts and lists of access points are no signals, nested values are', () => {
    const decoded = {
      bytes: [83, 124, 50],
      version: '12',
      access_points: [{ bssid: '14:60:80:9a:19:58', rssi: -20 }],
      probe: { temperature: 4.5 },
      valve: 'ON',
    };
    expect(shown(read(`${TOPIC}/up`, uplink(decoded)))).toEqual({
      'dev1 probe.temperature': '4.5 °C',
      'dev1 valve': '1 on/off',
    });
  });

  test('…/up/normalized repeats the values and is not read', () => {
    const { format, signals } = read(`${TOPIC}/up/normalized`, uplink({ air: { temperature: 20 } }));
    expect([format, signals]).toEqual(['things-stack', []]);
  });
});

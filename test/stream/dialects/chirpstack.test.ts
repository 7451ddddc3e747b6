import { describe, expect, test } from 'vitest';
import { chirpstack } from '../../../src/stream/dialects/radio/chirpstack.ts';
import { published } from './published.ts';
import { context, read, receive } from './receive.ts';

const TOPIC = 'application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0101010101010101/event';
const INFO =
  '"deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"ChirpStack","applicationName":"Test application","deviceName":"Test device","devEui":"0101010101010101","tags":{"key":"value"}}';

published('chirpstack', {
  'https://www.chirpstack.io/docs/chirpstack/integrations/events.html': [
    {
      // Without a codec in the device profile.
      topic: `${TOPIC}/up`,
      payload: `{"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"2022-07-18T09:34:15.775023242+00:00",${INFO},"devAddr":"00189440","dr":1,"fPort":1,"data":"qg==","rxInfo":[{"gatewayId":"0016c001f153a14c","uplinkId":4217106255,"rssi":-36,"snr":10.5}],"txInfo":{"frequency":867100000}}`,
      values: {},
    },
    {
      topic: `${TOPIC}/status`,
      payload: `{"deduplicationId":"bf2a9746-1c8b-49be-a92e-f0b89c8534e4","time":"2022-07-18T09:35:06.927172638+00:00",${INFO},"margin":10,"batteryLevel":88.3}`,
      values: {},
    },
    {
      topic: `${TOPIC}/join`,
      payload: `{"deduplicationId":"c9dbe358-2578-4fb7-b295-66b44edc45a6","time":"2022-07-18T09:33:28.823500726+00:00",${INFO},"devAddr":"00189440"}`,
      values: {},
    },
    {
      topic: `${TOPIC}/ack`,
      payload: `{"deduplicationId":"856a03e7-80f6-4c26-b971-9dcb34a59c2e","time":"2022-07-18T09:38:49.235700766+00:00",${INFO},"acknowledged":true,"fCntDown":3}`,
      values: {},
    },
    {
      topic: `${TOPIC}/txack`,
      payload: `{"downlinkId":3461958127,"time":"2022-07-18T09:37:48.929184085+00:00",${INFO},"fCntDown":2,"txInfo":{"frequency":867900000,"power":14}}`,
      values: {},
    },
    {
      topic: `${TOPIC}/log`,
      payload: `{"time":"2022-07-18T09:39:57.311414029+00:00",${INFO},"level":"ERROR","code":"UPLINK_MIC"}`,
      values: {},
    },
    {
      topic: `${TOPIC}/location`,
      payload: `{"deduplicationId":"63d870b9-b769-4d88-8b33-8e43f58851a7","time":"2022-07-18T09:55:11.059481003+00:00",${INFO},"location":{"latitude":37.344214,"longitude":-8.839375,"altitude":2}}`,
      values: {},
    },
    {
      topic: `${TOPIC}/integration`,
      payload: `{"deduplicationId":"39c68646-57f7-4973-8ac8-48839b5714d6","time":"2022-07-18T10:02:15.812284501+00:00",${INFO},"integrationName":"loracloud","object":{"fports":{"wifiport":197.0}}}`,
      values: {},
    },
  ],
  'captured by a user, address not known': [
    {
      topic: 'application/1/device/24e124136c506271/event/up',
      payload:
        '{"deduplicationId":"3ac7e3c4","time":"2023-07-28T04:10:22Z","deviceInfo":{"deviceName":"Slack Milesight EM300-DI","devEui":"24e124136c506271"},"fCnt":967,"object":{"humidity":49.0,"temperature":18.6,"gpio":1.0,"battery":84.0}}',
      values: {
        'Slack Milesight EM300-DI humidity': '49 %',
        'Slack Milesight EM300-DI temperature': '18.6 °C',
        'Slack Milesight EM300-DI gpio': '1',
      },
      at: '2023-07-28T04:10:22Z',
    },
  ],
});

describe('ChirpStack', () => {
  const up = (deduplicationId: string, temperature: number) => ({
    deduplicationId,
    deviceInfo: { deviceName: 'hall' },
    object: { temperature },
  });

  test('an uplink that comes twice is read once', () => {
    const mapper = chirpstack.open(context);
    const received = receive(mapper, [
      [`${TOPIC}/up`, up('a', 1)],
      [`${TOPIC}/up`, up('a', 1)],
      [`${TOPIC}/up`, up('b', 1)],
    ]);
    expect([received.signals.length, received.reasons]).toEqual([2, ['redelivered']]);
  });

  test('the last 1,024 uplinks are remembered', () => {
    const mapper = chirpstack.open(context);
    const many = Array.from({ length: 1025 }, (_, i): [string, object] => [`${TOPIC}/up`, up(`id ${i}`, i)]);
    receive(mapper, many);
    expect(receive(mapper, [[`${TOPIC}/up`, up('id 1', 1)]]).reasons).toEqual(['redelivered']);
    expect(receive(mapper, [[`${TOPIC}/up`, up('id 0', 0)]]).reasons).toEqual([]);
  });

  test('a device without a name has that of its EUI; version 3 has the object as text', () => {
    const { signals } = read(`${TOPIC}/up`, { devEUI: 'AQEBAQEBAQE=', objectJSON: '{"temperature":18.6}' });
    expect(signals).toEqual(['0101010101010101 temperature']);
    expect(read(`${TOPIC}/up`, { objectJSON: '{"temperature":' }).signals).toEqual([]);
  });
});

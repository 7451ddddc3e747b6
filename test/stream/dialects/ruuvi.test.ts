import { expect, test } from 'vitest';
import { ruuvi } from '../../../src/stream/dialects/radio/ruuvi.ts';
import { published } from './published.ts';
import { context, receive } from './receive.ts';

const TOPIC = 'ruuvi/DE:AD:BE:EF:00:00/F4:1F:0C:28:CB:D6';
const payloadOf = (data: string) => ({
  ...{ gw_mac: 'DE:AD:BE:EF:00:00', rssi: -82, aoa: [], gwts: '1659365432', ts: '1659365222' },
  ...{ data, coords: '' },
});
const wrapped = (raw: string): string => `0201061BFF9904${raw}`;

published('ruuvi', {
  'https://www.openhab.org/addons/bindings/mqtt.ruuvigateway/ (tests of the binding)': [
    {
      topic: TOPIC,
      payload: payloadOf('0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F'),
      values: {
        'F4:1F:0C:28:CB:D6 temperature': '24.3 °C',
        'F4:1F:0C:28:CB:D6 humidity': '53.49 %',
        'F4:1F:0C:28:CB:D6 pressure': '1000.44 hPa',
        'F4:1F:0C:28:CB:D6 acceleration.x': '0.004 g',
        'F4:1F:0C:28:CB:D6 acceleration.y': '-0.004 g',
        'F4:1F:0C:28:CB:D6 acceleration.z': '1.036 g',
      },
      at: '2022-08-01T14:47:02Z',
    },
  ],
  'https://docs.ruuvi.com/communication/bluetooth-advertisements/data-format-5-rawv2 (test vectors)': [
    { topic: TOPIC, payload: payloadOf(wrapped('058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF')), values: {} },
  ],
});

const VALID = wrapped('0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F');
const NEXT = wrapped('0512FC5394C37C0004FFFC040CAC364200CECBB8334C884F');

test('a measurement that is relayed twice counts once; the next one counts', () => {
  const read = (...data: readonly string[]): number =>
    receive(
      ruuvi.open(context),
      data.map((hex) => [TOPIC, payloadOf(hex)] as const),
    ).signals.length;
  expect(read(VALID, VALID)).toBe(6);
  expect(read(VALID, NEXT)).toBe(12);
});

test('another advertisement, a short one and no hexadecimal number are no readings', () => {
  for (const data of ['0201061BFF4C000215', VALID.slice(0, -2), `${VALID.slice(0, 30)}zz`, ''])
    expect(receive(ruuvi.open(context), [[TOPIC, payloadOf(data)]]).signals).toEqual([]);
});

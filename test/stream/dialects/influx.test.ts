import { expect, test } from 'vitest';
import { influx } from '../../../src/stream/dialects/general/influx.ts';
import { bytesOf, context, NOW, receive } from './receive.ts';

/*
 * Examples: docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/ (v2), .../influxdb/v1/write_protocols/
 * line_protocol_tutorial/ (v1) and Telegraf's plugins/inputs/mqtt_consumer/README.md and cpu plugin.
 */

const lines = (text: string, options = {}) => receive(influx.open({ ...context, ...options }), [['t', text]]);
const valuesOf = (text: string): Record<string, number> =>
  Object.fromEntries(Object.entries(lines(text).values).map(([key, { value }]) => [key, value]));

test.each<[line: string, values: Record<string, number>, at?: number | null]>([
  // Telegraf
  [
    'mqtt_consumer,host=pop-os,topic=telegraf/host01/cpu value=45i 1653579140440951943',
    { 'mqtt_consumer/pop-os/telegraf/host01/cpu value': 45 },
    1_653_579_140_441,
  ],
  [
    'sensors,site=CLE,version=v1,device_name=device5 temp=390,rpm=45.0,ph=1.45',
    { 'sensors/device5/CLE/v1 temp': 390, 'sensors/device5/CLE/v1 rpm': 45, 'sensors/device5/CLE/v1 ph': 1.45 },
    null,
  ],
  // v1
  [
    'weather,location=us-midwest temperature=82 1465839830100400200',
    { 'weather/us-midwest temperature': 82 },
    1_465_839_830_100,
  ],
  ['weather,location=us-midwest temperature=82', { 'weather/us-midwest temperature': 82 }, null],
  ['weather temperature=82 1465839830100400200', { 't/weather temperature': 82 }, 1_465_839_830_100],
  [
    'weather,location=us-midwest,season=summer temperature=82 1465839830100400200',
    { 'weather/us-midwest/summer temperature': 82 },
  ],
  [
    'weather,location=us-midwest temperature=82,bug_concentration=98 1465839830100400200',
    { 'weather/us-midwest temperature': 82, 'weather/us-midwest bug_concentration': 98 },
  ],
  ['weather,location=us-midwest temperature=82i 1465839830100400200', { 'weather/us-midwest temperature': 82 }],
  ['weather,location=us-midwest temperature="too warm" 1465839830100400200', {}],
  ['weather,location=us-midwest too_hot=true 1465839830100400200', { 'weather/us-midwest too_hot': 1 }],
  ['weather,location=us\\,midwest temperature=82 1465839830100400200', { 'weather/us,midwest temperature': 82 }],
  ['weather,location=us-midwest temp\\=rature=82 1465839830100400200', { 'weather/us-midwest temp=rature': 82 }],
  ['weather,location\\ place=us-midwest temperature=82 1465839830100400200', { 'weather/us-midwest temperature': 82 }],
  ['wea\\,ther,location=us-midwest temperature=82 1465839830100400200', { 'wea,ther/us-midwest temperature': 82 }],
  ['wea\\ ther,location=us-midwest temperature=82 1465839830100400200', { 'wea ther/us-midwest temperature': 82 }],
  ['weather,location=us-midwest temperature="too\\"hot\\"" 1465839830100400200', {}],
  ['we⛅️ther,location=us-midwest temper🔥ture=82 1465839830100400200', { 'we⛅️ther/us-midwest temper🔥ture': 82 }],
  // v2
  ['myMeasurement,tag1=value1,tag2=value2 fieldKey="fieldValue" 1556813561098000000', {}],
  ['measurementName fieldKey="\\"quoted words\\" in a string field value" 1556813561098000000', {}],
  ['foo,a\\ b=x,aB=y value=99', { 'foo/x/y value': 99 }, null],
  ['myMeasurement fieldKey=1.0', { 't/myMeasurement fieldKey': 1 }],
  ['myMeasurement fieldKey=1', { 't/myMeasurement fieldKey': 1 }],
  ['myMeasurement fieldKey=1i', { 't/myMeasurement fieldKey': 1 }],
  ['myMeasurement fieldKey=12485903i', { 't/myMeasurement fieldKey': 12_485_903 }],
  ['myMeasurement fieldKey=-12485903i', { 't/myMeasurement fieldKey': -12_485_903 }],
  ['myMeasurement fieldKey=1u', { 't/myMeasurement fieldKey': 1 }],
  ['myMeasurement fieldKey=12485903u', { 't/myMeasurement fieldKey': 12_485_903 }],
  ...['true', 't', 'TRUE'].map(
    (word) => [`myMeasurement fieldKey=${word}`, { 't/myMeasurement fieldKey': 1 }] as [string, Record<string, number>],
  ),
  ...['false', 'f', 'FALSE'].map(
    (word) => [`myMeasurement fieldKey=${word}`, { 't/myMeasurement fieldKey': 0 }] as [string, Record<string, number>],
  ),
  ['my\\ Measurement fieldKey="string value"', {}],
  ['myMeasurement fieldKey="\\"string\\" within a string"', {}],
  [
    'myMeasurement,tag\\ Key1=tag\\ Value1,tag\\ Key2=tag\\ Value2 fieldKey=100',
    { 'myMeasurement/tag Value1/tag Value2 fieldKey': 100 },
  ],
  ["joe'smeasurement,pat'sTag=tag1 fieldKey=100", { "joe'smeasurement/tag1 fieldKey": 100 }],
  ['myMeasurement,tagKey=🍭 fieldKey="Launch 🚀" 1556813561098000000', {}],
])('%s', (line, values, at) => {
  expect(influx.sniffs!(bytesOf(line))).toBe(true);
  const received = lines(line);
  expect(valuesOf(line)).toEqual(values);
  expect(received.reasons).toEqual([]);
  if (at !== undefined)
    expect(Object.values(received.values).map((value) => value.at)).toEqual(Object.values(values).map(() => at));
});

test('a number beyond 1e30 of a published example is refused as a value, not as a line', () => {
  expect(lines('myMeasurement fieldKey=-1.234456e+78')).toMatchObject({ signals: [], reasons: [] });
});

test('one published example is no line, because its text ends with an escaped quote', () => {
  const line = 'airSensor,sensor_id=TLM\\=0201 temp=70.0,humidity=0.5,desc="\\\\\\\\==My data\\==\\\\\\"';
  expect(lines(line).reasons).toEqual(['not_influx']);
  expect(valuesOf(`${line}"`)).toEqual({ 'airSensor/TLM=0201 temp': 70, 'airSensor/TLM=0201 humidity': 0.5 });
});

test('several lines, comments, blank lines and Windows line ends', () => {
  const text = [
    '# This is a comment',
    '',
    'cpu,cpu=cpu0,host=local usage_idle=78.431372,usage_user=9.803921 1558613882000000000',
    'cpu,host=local,cpu=cpu1 usage_idle=92.156862 1558613882000000000', // the same tags in another order
    '',
  ].join('\r\n');
  expect(influx.sniffs!(bytesOf(text))).toBe(true);
  const { values, reasons } = lines(text);
  expect(Object.keys(values)).toEqual([
    'cpu/cpu0/local usage_idle',
    'cpu/cpu0/local usage_user',
    'cpu/cpu1/local usage_idle',
  ]);
  expect(values['cpu/cpu1/local usage_idle']).toMatchObject({ value: 92.156862, at: 1_558_613_882_000 });
  expect(reasons).toEqual([]);
});

test('without tags, the topic is the device; a last level that is the measurement is not repeated', () => {
  const { signals } = receive(influx.open(context), [
    ['telegraf/host01/cpu', 'cpu usage=1'],
    ['telegraf/host02/cpu', 'cpu usage=2'],
    ['telegraf/host02', 'cpu usage=2'],
  ]);
  expect(signals).toEqual(['telegraf/host01/cpu usage', 'telegraf/host02/cpu usage', 'telegraf/host02/cpu usage']);
});

test('a precision of the site file', () => {
  const at = (time: number, precision?: string): number | null =>
    lines(`a,b=c d=1 ${time}`, precision === undefined ? {} : { precision }).values['a/c d'].at;
  expect(at(NOW / 1000, 's')).toBe(NOW);
  expect(at(NOW, 'ms')).toBe(NOW);
  expect(at(NOW * 1000, 'us')).toBe(NOW);
  expect(at(500, 's')).toBe(500_000);
  // Nanoseconds unless they would be of 1970.
  expect(at(NOW / 1000)).toBe(NOW);
  expect(at(NOW)).toBe(NOW);
  expect(at(0)).toBe(null);
  expect(lines('a,b=c d=1 0').reasons).toEqual(['not_a_time']);
  expect(lines('a,b=c d=1 9e99').reasons).toEqual(['not_influx']);
});

test.each([
  'weather',
  'weather temperature',
  'weather temperature=',
  'weather temperature=warm',
  'weather =82',
  ',a=b c=1',
  'weather,a= c=1',
  'weather,a c=1',
  'weather,location=us-midwest temperature=82 now',
  'weather temperature="82',
  'weather t=1,',
  'weather t=0x10',
  'weather t=1 2 3',
])('%s is no line, and the next one is read', (line) => {
  const { values, reasons } = lines(`${line}\nok,x=y flow=1`);
  expect(reasons).toEqual(['not_influx']);
  if (!line.includes('"')) expect(Object.keys(values)).toEqual(['ok/y flow']); // a text without an end runs on
});

test.each(['21.5', 'ON', 'hello world', '{"a b=1":2}', '[1]', 'a=1', 'a =1', ' '.repeat(600), '#'.repeat(600)])(
  '%s does not look like a line',
  (payload) => {
    expect(influx.sniffs!(bytesOf(payload))).toBe(false);
  },
);

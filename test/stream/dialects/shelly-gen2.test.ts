import { describe, expect, test } from 'vitest';
import { shellyGen2 } from '../../../src/stream/dialects/shelly-gen2.ts';
import { published, shown } from './published.ts';
import { context, read, receive } from './receive.ts';

published('shelly-gen2', {
  'https://shelly-api-docs.shelly.cloud/gen2/General/Notifications': [
    {
      topic: 'shellyplusht-b8d61a8b17cc/events/rpc',
      payload:
        '{"src":"shellyplusht-b8d61a8b17cc","dst":"shellyplusht-b8d61a8b17cc/events","method":"NotifyFullStatus","params":{"ts":1680962879.62,"temperature:0":{"id":0,"tC":19.8,"tF":67.6},"humidity:0":{"id":0,"rh":42.2}}}',
      values: {
        'shellyplusht-b8d61a8b17cc temperature:0.tC': '19.8 °C',
        'shellyplusht-b8d61a8b17cc humidity:0.rh': '42.2 %',
      },
      at: '2023-04-08T14:07:59.620Z',
    },
    {
      topic: 'shellyi4g3-54320455c858/events/rpc',
      payload:
        '{"src":"shellyi4g3-54320455c858","dst":"x","method":"NotifyEvent","params":{"ts":1735821119.25,"events":[{"component":"sys","event":"config_changed","restart_required":false,"ts":1735821119.25,"cfg_rev":20}]}}',
      values: {},
    },
    {
      topic: 'shellyi4g3-54320455c858/events/rpc',
      payload:
        '{"src":"shellyi4g3-54320455c858","dst":"x","method":"NotifyStatus","params":{"ts":1735821119.25,"sys":{"cfg_rev":20}}}',
      values: {},
    },
  ],
  'https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Switch': [
    {
      topic: 'shellyplus1pm-a8032ab636ec/status/switch:0',
      payload:
        '{"id":0,"source":"WS_in","output":false,"apower":0.0,"voltage":241.4,"freq":50.0,"current":0.000,"aenergy":{"total":161.961,"by_minute":[0.000,0.000,0.000],"minute_ts":1744214220},"ret_aenergy":{"total":0.000,"by_minute":[0.000,0.000,0.000],"minute_ts":1744214220},"temperature":{"tC":31.5,"tF":88.8}}',
      values: {
        'shellyplus1pm-a8032ab636ec switch:0.output': '0 on/off',
        'shellyplus1pm-a8032ab636ec switch:0.apower': '0 W',
        'shellyplus1pm-a8032ab636ec switch:0.voltage': '241.4 V',
        'shellyplus1pm-a8032ab636ec switch:0.freq': '50 Hz',
        'shellyplus1pm-a8032ab636ec switch:0.current': '0 A',
        'shellyplus1pm-a8032ab636ec switch:0.aenergy.total': '161.961 Wh counter',
        'shellyplus1pm-a8032ab636ec switch:0.ret_aenergy.total': '0 Wh counter',
      },
    },
  ],
  'captured by users': [
    {
      topic: 'shellyplus1-441793ab3fb4/online',
      payload: 'true',
      values: {},
      availability: { 'shellyplus1-441793ab3fb4': true },
    },
    {
      topic: 'shellyplus1-441793ab3fb4/events/rpc', // its own temperature
      payload:
        '{"src":"shellyplus1-441793ab3fb4","dst":"shellyplus1-441793ab3fb4/events","method":"NotifyStatus","params":{"ts":1708179956.30,"switch:0":{"id":0,"temperature":{"tC":37.67,"tF":99.81}}}}',
      values: {},
    },
    {
      topic: 'shellyplus1-441793ab3fb4/status/switch:0',
      payload: '{"id":0, "source":"init", "output":false,"temperature":{"tC":37.7, "tF":99.8}}',
      values: { 'shellyplus1-441793ab3fb4 switch:0.output': '0 on/off' },
    },
    {
      topic: 'shelly1minig3-54320464a1d0/events/rpc',
      payload:
        '{"src":"shelly1minig3-54320464a1d0","dst":"shelly1minig3-54320464a1d0/events","method":"NotifyStatus","params":{"ts":1736603810.49,"switch:0":{"id":0,"output":false,"source":"HTTP_in"}}}',
      values: { 'shelly1minig3-54320464a1d0 switch:0.output': '0 on/off' },
      at: '2025-01-11T13:56:50.490Z',
    },
    {
      topic: 'shellyplus1-08b61fd90730/events/rpc',
      payload:
        '{"src":"shellyplus1-08b61fd90730","dst":"shellyplus1-08b61fd90730/events","method":"NotifyStatus","params":{"ts":1736604020.06,"cloud":{"connected":true}}}',
      values: {},
    },
    {
      topic: 'shellies/plus1pm/events/rpc',
      payload:
        '{"src":"shellyplus1pm-4417939341dc","dst":"shellies/plus1pm/events","method":"NotifyStatus","params":{"ts":1661517385.44,"switch:0":{"id":0,"voltage":232.7}}}',
      values: { 'plus1pm switch:0.voltage': '232.7 V' },
      at: '2022-08-26T12:36:25.440Z',
    },
    {
      topic: 'shellyemg3-dcb4d9c564f4/status/em1:0',
      payload:
        '{"id":0,"voltage":117.6,"current":16.714,"act_power":-1899.8,"aprt_power":1974.5,"pf":0.82,"freq":60.0,"calibration":"factory"}',
      values: {
        'shellyemg3-dcb4d9c564f4 em1:0.voltage': '117.6 V',
        'shellyemg3-dcb4d9c564f4 em1:0.current': '16.714 A',
        'shellyemg3-dcb4d9c564f4 em1:0.act_power': '-1899.8 W',
        'shellyemg3-dcb4d9c564f4 em1:0.freq': '60 Hz',
      },
    },
    {
      topic: 'shellyemg3-dcb4d9c564f4/events/rpc',
      payload:
        '{"src":"shellyemg3-dcb4d9c564f4","dst":"shellyemg3/events","method":"NotifyStatus","params":{"ts":1788820998.37,"em1:0":{"id":0,"current":16.714,"act_power":-1899.8,"voltage":117.6}}}',
      values: {
        'shellyemg3-dcb4d9c564f4 em1:0.current': '16.714 A',
        'shellyemg3-dcb4d9c564f4 em1:0.act_power': '-1899.8 W',
        'shellyemg3-dcb4d9c564f4 em1:0.voltage': '117.6 V',
      },
      at: '2026-09-07T22:43:18.370Z',
    },
    {
      topic: 'shelly1pmminig3-48f6ee8d12dc/status/switch:0',
      payload:
        '{"id":0, "source":"HTTP_in", "output":true, "apower":25.7, "voltage":239.7, "freq":50.2, "current":0.188, "aenergy":{"total":913.252,"by_minute":[404.631,404.631,404.631],"minute_ts":1782936360}, "ret_aenergy":{"total":0.000,"by_minute":[0.000,0.000,0.000],"minute_ts":1782936360},"temperature":{"tC":68.1, "tF":154.6}}',
      values: {
        'shelly1pmminig3-48f6ee8d12dc switch:0.output': '1 on/off',
        'shelly1pmminig3-48f6ee8d12dc switch:0.apower': '25.7 W',
        'shelly1pmminig3-48f6ee8d12dc switch:0.voltage': '239.7 V',
        'shelly1pmminig3-48f6ee8d12dc switch:0.freq': '50.2 Hz',
        'shelly1pmminig3-48f6ee8d12dc switch:0.current': '0.188 A',
        'shelly1pmminig3-48f6ee8d12dc switch:0.aenergy.total': '913.252 Wh counter',
        'shelly1pmminig3-48f6ee8d12dc switch:0.ret_aenergy.total': '0 Wh counter',
      },
    },
  ],
});

describe('Shelly Gen2 and later', () => {
  const rpc = (params: object) => ({ src: 'a', method: 'NotifyStatus', params: { ts: 1_700_000_000, ...params } });

  test('of two forms of one component, the one that came first is read', () => {
    const mapper = shellyGen2.open(context);
    const { signals } = receive(mapper, [
      ['a/events/rpc', rpc({ 'switch:0': { id: 0, apower: 12 } })],
      ['a/status/switch:0', { id: 0, apower: 12, output: true }],
      ['a/status/switch:1', { id: 1, apower: 3 }],
      ['a/events/rpc', rpc({ 'switch:1': { id: 1, apower: 3 } })],
      ['a/events/rpc', rpc({ 'switch:0': { id: 0, apower: 13 } })],
    ]);
    expect(signals).toEqual(['a switch:0.apower', 'a switch:1.apower', 'a switch:0.apower']);
  });

  test('a three-phase meter gives power, voltage and energy of each phase', () => {
    const em = {
      id: 0,
      a_current: 4.1,
      a_voltage: 236.1,
      a_act_power: 951.2,
      a_aprt_power: 967,
      a_pf: 0.98,
      a_freq: 50,
      total_act_power: 2413.8,
      total_aprt_power: 2525,
    };
    expect(shown(read('a/status/em:0', em))).toEqual({
      'a em:0.a_current': '4.1 A',
      'a em:0.a_voltage': '236.1 V',
      'a em:0.a_act_power': '951.2 W',
      'a em:0.a_freq': '50 Hz',
      'a em:0.total_act_power': '2413.8 W',
    });
    expect(shown(read('a/status/emdata:0', { id: 0, a_total_act_energy: 1234.5, total_act: 3703.2 }))).toEqual({
      'a emdata:0.a_total_act_energy': '1234.5 Wh counter',
      'a emdata:0.total_act': '3703.2 Wh counter',
    });
  });

  test('a device that sleeps is not gone; one that does not is', () => {
    const mapper = shellyGen2.open(context);
    const { availability } = receive(mapper, [
      [
        'shellyplusht-b8d61a8b17cc/events/rpc',
        { method: 'NotifyFullStatus', params: { ts: 1, sys: { wakeup_period: 7200 } } },
      ],
      ['shellyplusht-b8d61a8b17cc/online', 'false'],
      ['shellyplus1-441793ab3fb4/online', 'false'],
    ]);
    expect(availability).toEqual({ 'shellyplus1-441793ab3fb4': false });
  });

  test('the battery is no signal', () => {
    const battery = { id: 0, battery: { V: 5.9, percent: 92 }, external: { present: false } };
    expect(read('a/status/devicepower:0', battery).signals).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { shellyGen2 } from '../../../src/stream/dialects/home/shelly-gen2.ts';
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
  'https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Cover': [
    {
      topic: 'shellyplus2pm-5443b23d81f8/status/cover:0',
      payload:
        '{"id":0,"source":"limit_switch","state":"open","apower":0,"voltage":233,"current":0,"pf":0,"freq":50,"aenergy":{"total":48.996,"by_minute":[0,0,0],"minute_ts":1654604045},"temperature":{"tC":55.4,"tF":131.7},"pos_control":true,"last_direction":"open","current_pos":100}',
      values: {
        'shellyplus2pm-5443b23d81f8 cover:0.apower': '0 W',
        'shellyplus2pm-5443b23d81f8 cover:0.voltage': '233 V',
        'shellyplus2pm-5443b23d81f8 cover:0.current': '0 A',
        'shellyplus2pm-5443b23d81f8 cover:0.freq': '50 Hz',
        'shellyplus2pm-5443b23d81f8 cover:0.aenergy.total': '48.996 Wh counter',
        'shellyplus2pm-5443b23d81f8 cover:0.current_pos': '100 %',
      },
    },
  ],
  'https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Input': [
    {
      topic: 'shellyplusi4-a8032ab636ec/status/input:0',
      payload: '{"id":0,"state":false}',
      values: { 'shellyplusi4-a8032ab636ec input:0.state': '0 on/off' },
    },
  ],
  // An analog input and a counter, of a Plus Uni; the page of the component shows neither.
  'https://github.com/home-assistant/core/blob/dev/tests/components/shelly/conftest.py': [
    {
      topic: 'shellyplusuni-b8d61a8b17cc/status/input:1',
      payload: '{"id":1,"percent":89,"xpercent":8.9}',
      values: { 'shellyplusuni-b8d61a8b17cc input:1.percent': '89 %' },
    },
    {
      topic: 'shellyplusuni-b8d61a8b17cc/status/input:2',
      payload: '{"id":2,"counts":{"total":56174,"xtotal":561.74},"freq":208.00,"xfreq":6.11}',
      values: {
        'shellyplusuni-b8d61a8b17cc input:2.counts.total': '56174 counter',
        'shellyplusuni-b8d61a8b17cc input:2.freq': '208 Hz',
      },
    },
  ],
  // PM1: the component in the answer of a Plus PM Mini to Shelly.GetStatus, as `status/pm1:0` has it.
  'https://github.com/TheRealMoeder/Energy2Shelly_ESP/issues/139': [
    {
      topic: 'shellypmmini-543204aa6548/status/pm1:0',
      payload:
        '{"id":0, "voltage":236.3, "current":0.819, "apower":192.2 ,"freq":50.0,"aenergy":{"total":629562.431,"by_minute":[3198.731,3198.731,3198.731],"minute_ts":1779457260},"ret_aenergy":{"total":13555.086,"by_minute":[0.000,0.000,0.000],"minute_ts":1779457260}}',
      values: {
        'shellypmmini-543204aa6548 pm1:0.voltage': '236.3 V',
        'shellypmmini-543204aa6548 pm1:0.current': '0.819 A',
        'shellypmmini-543204aa6548 pm1:0.apower': '192.2 W',
        'shellypmmini-543204aa6548 pm1:0.freq': '50 Hz',
        'shellypmmini-543204aa6548 pm1:0.aenergy.total': '629562.431 Wh counter',
        'shellypmmini-543204aa6548 pm1:0.ret_aenergy.total': '13555.086 Wh counter',
      },
    },
  ],
  'https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Light': [
    {
      topic: 'shellyplusdim-b8d61a8b17cc/status/light:0',
      payload:
        '{"id":0,"source":"timer","output":false,"brightness":50,"timer_started_at":1626942399.36,"timer_duration":60}',
      values: { 'shellyplusdim-b8d61a8b17cc light:0.output': '0 on/off' },
    },
  ],
  'https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Temperature': [
    {
      topic: 'shellyplusht-b8d61a8b17cc/status/temperature:0',
      payload: '{"id":0,"tC":24.4,"tF":75.9}',
      values: { 'shellyplusht-b8d61a8b17cc temperature:0.tC': '24.4 °C' },
    },
  ],
  'https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Humidity': [
    {
      topic: 'shellyplusht-b8d61a8b17cc/status/humidity:0',
      payload: '{"id":0,"rh":73.7}',
      values: { 'shellyplusht-b8d61a8b17cc humidity:0.rh': '73.7 %' },
    },
  ],
  // The message on the page of the notifications as a whole: a battery device says all that it has, then sleeps.
  'https://gist.github.com/NelsonMinar/494a0f53785c20290b395639548349fa': [
    {
      topic: 'shellyplusht-b8d61a8b17cc/events/rpc',
      payload:
        '{"src":"shellyplusht-b8d61a8b17cc","dst":"shellyplusht-b8d61a8b17cc/events","method":"NotifyFullStatus","params":{"ts":1680962879.62,"ble":{},"cloud":{"connected":false},"devicepower:0":{"id":0,"battery":{"V":0.43,"percent":0},"external":{"present":true}},"ht_ui":{},"humidity:0":{"id":0,"rh":42.2},"mqtt":{"connected":true},"sys":{"mac":"B8D61A8B17CC","restart_required":false,"time":null,"unixtime":null,"uptime":3,"ram_size":235300,"ram_free":164244,"fs_size":458752,"fs_free":118784,"cfg_rev":10,"kvs_rev":0,"webhook_rev":0,"available_updates":{},"wakeup_reason":{"boot":"deepsleep_wake","cause":"status_update"},"wakeup_period":600},"temperature:0":{"id":0,"tC":19.8,"tF":67.6}}}',
      values: {
        'shellyplusht-b8d61a8b17cc humidity:0.rh': '42.2 %',
        'shellyplusht-b8d61a8b17cc temperature:0.tC': '19.8 °C',
      },
      at: '2023-04-08T14:07:59.620Z',
    },
  ],
  // The status changes in the log of a Pro 3EM; `status/em:0` and `status/emdata:0` have these objects.
  'https://github.com/iobroker-community-adapters/ioBroker.shelly/issues/787': [
    {
      topic: 'shellypro3em/status/em:0',
      payload:
        '{"id":0,"a_act_power":2352.3,"a_aprt_power":2427.0,"a_current":10.390,"a_pf":0.96,"a_voltage":233.7,"b_act_power":406.2,"b_aprt_power":440.3,"b_current":1.857,"b_pf":-0.93,"b_voltage":237.1,"c_act_power":228.7,"c_aprt_power":262.5,"c_current":1.110,"c_pf":-0.87,"c_voltage":236.7,"n_current":null,"total_act_power":2987.256,"total_aprt_power":3129.794,"total_current":13.358}',
      values: {
        'shellypro3em em:0.a_act_power': '2352.3 W',
        'shellypro3em em:0.a_current': '10.39 A',
        'shellypro3em em:0.a_voltage': '233.7 V',
        'shellypro3em em:0.b_act_power': '406.2 W',
        'shellypro3em em:0.b_current': '1.857 A',
        'shellypro3em em:0.b_voltage': '237.1 V',
        'shellypro3em em:0.c_act_power': '228.7 W',
        'shellypro3em em:0.c_current': '1.11 A',
        'shellypro3em em:0.c_voltage': '236.7 V',
        'shellypro3em em:0.total_act_power': '2987.256 W',
        'shellypro3em em:0.total_current': '13.358 A',
      },
    },
    {
      topic: 'shellypro3em/status/emdata:0',
      payload:
        '{"id":0,"a_total_act_energy":5631.61,"a_total_act_ret_energy":0.00,"b_total_act_energy":5934.31,"b_total_act_ret_energy":0.00,"c_total_act_energy":8703.38,"c_total_act_ret_energy":0.00,"total_act":20269.29,"total_act_ret":0.00}',
      values: {
        'shellypro3em emdata:0.a_total_act_energy': '5631.61 Wh counter',
        'shellypro3em emdata:0.a_total_act_ret_energy': '0 Wh counter',
        'shellypro3em emdata:0.b_total_act_energy': '5934.31 Wh counter',
        'shellypro3em emdata:0.b_total_act_ret_energy': '0 Wh counter',
        'shellypro3em emdata:0.c_total_act_energy': '8703.38 Wh counter',
        'shellypro3em emdata:0.c_total_act_ret_energy': '0 Wh counter',
        'shellypro3em emdata:0.total_act': '20269.29 Wh counter',
        'shellypro3em emdata:0.total_act_ret': '0 Wh counter',
      },
    },
  ],
  // The components in an answer to Shelly.GetStatus of a Pro EM-50, which `status/…` has one by one.
  'https://github.com/evcc-io/evcc/issues/12252': [
    {
      topic: 'shellyproem50-08f9e0e67204/status/em1:1',
      payload:
        '{"id":1,"current":30.665,"voltage":221.4,"act_power":6769.3,"aprt_power":6823.1,"pf":0.99, "freq":50.0,"calibration":"factory"}',
      values: {
        'shellyproem50-08f9e0e67204 em1:1.current': '30.665 A',
        'shellyproem50-08f9e0e67204 em1:1.voltage': '221.4 V',
        'shellyproem50-08f9e0e67204 em1:1.act_power': '6769.3 W',
        'shellyproem50-08f9e0e67204 em1:1.freq': '50 Hz',
      },
    },
    {
      topic: 'shellyproem50-08f9e0e67204/status/em1data:1',
      payload: '{"id":1,"total_act_energy":9671.54,"total_act_ret_energy":2595.26}',
      values: {
        'shellyproem50-08f9e0e67204 em1data:1.total_act_energy': '9671.54 Wh counter',
        'shellyproem50-08f9e0e67204 em1data:1.total_act_ret_energy': '2595.26 Wh counter',
      },
    },
    {
      topic: 'shellyproem50-08f9e0e67204/status/switch:0',
      payload: '{"id":0, "source":"HTTP_in", "output":true,"temperature":{"tC":31.6, "tF":88.8}}',
      values: { 'shellyproem50-08f9e0e67204 switch:0.output': '1 on/off' },
    },
    {
      topic: 'shellyproem50-08f9e0e67204/status/sys',
      payload:
        '{"mac":"08F9E0E67204","restart_required":false,"time":"18:47","unixtime":1707932870,"uptime":30877,"ram_size":241888,"ram_free":116776,"fs_size":524288,"fs_free":208896,"cfg_rev":20,"kvs_rev":0,"schedule_rev":0,"webhook_rev":0,"available_updates":{"stable":{"version":"1.2.0"}},"reset_reason":3}',
      values: {},
    },
    {
      topic: 'shellyproem50-08f9e0e67204/status/wifi',
      payload: '{"sta_ip":"192.168.8.9","status":"got ip","ssid":"K1","rssi":-61}',
      values: {},
    },
  ],
  // A 1PM Mini Gen3 that counts its switching.
  'https://github.com/iobroker-community-adapters/ioBroker.shelly/issues/1592': [
    {
      topic: 'ShellyLichtGarten/status/switch:0',
      payload:
        '{"id":0,"source":"SHC","tag":null, "output":false, "apower":0.0, "voltage":238.3, "freq":50.0, "current":0.000, "aenergy":{"total":2690.730,"by_minute":[0.000,0.000,0.000],"minute_ts":1788945300}, "ret_aenergy":{"total":0.000,"by_minute":[0.000,0.000,0.000],"minute_ts":1788945300},"counts":{"on_time":241680,"on_time_rst_ts":0,"switch_on":192,"switch_on_rst_ts":0,"on_above_thr":0,"on_above_thr_rst_ts":0},"temperature":{"tC":56.1, "tF":132.9}}',
      values: {
        'ShellyLichtGarten switch:0.output': '0 on/off',
        'ShellyLichtGarten switch:0.apower': '0 W',
        'ShellyLichtGarten switch:0.voltage': '238.3 V',
        'ShellyLichtGarten switch:0.freq': '50 Hz',
        'ShellyLichtGarten switch:0.current': '0 A',
        'ShellyLichtGarten switch:0.aenergy.total': '2690.73 Wh counter',
        'ShellyLichtGarten switch:0.ret_aenergy.total': '0 Wh counter',
      },
    },
    {
      topic: 'ShellyLichtGarten/events/rpc',
      payload:
        '{"src":"shelly1pmminig3-e4b323133734","dst":"ShellyLichtGarten/events","method":"NotifyStatus","params":{"ts":1788945300.02,"switch:0":{"counts":{"on_above_thr":0,"on_time":241680,"switch_on":192}}}}',
      values: {},
    },
  ],
  // A Plus 1PM with the topic prefix shellies/plus1pm.
  'https://github.com/koestler/go-mqtt-to-influx/blob/f2b0d0eac068c3a6bfd03db665e7674c372966a7/converter/shelly.go': [
    {
      topic: 'shellies/plus1pm/events/rpc',
      payload:
        '{"src":"shellyplus1pm-4417939341dc","dst":"shellies/plus1pm/events","method":"NotifyStatus","params":{"ts":1661517385.44,"switch:0":{"id":0,"voltage":232.7}}}',
      values: { 'plus1pm switch:0.voltage': '232.7 V' },
      at: '2022-08-26T12:36:25.440Z',
    },
    {
      topic: 'shellies/plus1pm/status/switch:0',
      payload:
        '{"id":0, "source":"init", "output":false, "apower":0.0, "voltage":232.7, "current":0.000, "aenergy":{"total":0.000,"by_minute":[0.000,0.000,0.000],"minute_ts":1661517385},"temperature":{"tC":39.2, "tF":102.5}}',
      values: {
        'plus1pm switch:0.output': '0 on/off',
        'plus1pm switch:0.apower': '0 W',
        'plus1pm switch:0.voltage': '232.7 V',
        'plus1pm switch:0.current': '0 A',
        'plus1pm switch:0.aenergy.total': '0 Wh counter',
      },
    },
  ],
  // An EM Gen3 whose clamp is on backwards.
  'https://github.com/dkmcgowan/pitwatch/blob/2cfaf041de57fa6e6d29a7819580d57e598f69a1/tests/test_payloads.py': [
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
  ],
  'https://github.com/asnowfix/home-automation': [
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
      topic: 'shellyplus1-08b61fd141e8/events/rpc',
      payload:
        '{"src":"shellyplus1-08b61fd141e8","dst":"shellyplus1-08b61fd141e8/events","method":"NotifyFullStatus","params":{"ts":1736604018.38,"ble":{},"cloud":{"connected":true},"input:0":{"id":0,"state":false},"mqtt":{"connected":true},"switch:0":{"id":0, "source":"SHC", "output":true,"temperature":{"tC":48.4, "tF":119.2}},"sys":{"mac":"08B61FD141E8","restart_required":false,"time":"15:00","unixtime":1736604018,"uptime":658773,"ram_size":268520,"ram_free":110248,"fs_size":393216,"fs_free":106496,"cfg_rev":13,"kvs_rev":0,"schedule_rev":1,"webhook_rev":0,"available_updates":{"beta":{"version":"1.5.0-beta1"}},"reset_reason":3},"wifi":{"sta_ip":"192.168.1.76","status":"got ip","rssi":-58,"ap_client_count":0},"ws":{"connected":false}}}',
      values: {
        'shellyplus1-08b61fd141e8 input:0.state': '0 on/off',
        'shellyplus1-08b61fd141e8 switch:0.output': '1 on/off',
      },
      at: '2025-01-11T14:00:18.380Z',
    },
  ],
  'captured by users, address not known': [
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

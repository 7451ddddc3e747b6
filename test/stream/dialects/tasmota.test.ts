import { describe, expect, test } from 'vitest';
import { tasmota } from '../../../src/stream/dialects/home/tasmota.ts';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';
import { published, shown, type Published } from './published.ts';
import { context, read, receive } from './receive.ts';

const zone = compileTimeZone('Europe/Berlin');
const LOCAL = ['time_without_zone'];

/** A SENSOR message of `tele/tasmota`, whose local time is not read. */
const sensor = (payload: string, values: Record<string, string>): Published => ({
  topic: 'tele/tasmota/SENSOR',
  payload,
  values: Object.fromEntries(Object.entries(values).map(([signal, value]) => [`tasmota ${signal}`, value])),
  reasons: payload.includes('"Time"') ? LOCAL : [],
});

const KITCHEN = {
  'bridge/Kitchen Temperature': '21.01 °C',
  'bridge/Kitchen Humidity': '53.68 %',
  'bridge/Kitchen Pressure': '1004.04 hPa',
};

published('tasmota', {
  'https://tasmota.github.io/docs/MQTT/': [
    sensor('{"Time":"2017-02-16T10:13:52", "DS18B20":{"Temperature":20.6}}', { 'DS18B20.Temperature': '20.6 °C' }),
    { topic: 'stat/tasmota_switch/RESULT', payload: '{"POWER":"OFF"}', values: {} },
    { topic: 'stat/tasmota_switch/POWER', payload: 'OFF', values: {} },
    {
      topic: 'stat/tasmota/STATUS6',
      payload:
        '{"StatusMQT":{"MqttHost":"1.1.1.1","MqttPort":1883,"MqttCount":1,"MAX_PACKET_SIZE":1000,"KEEPALIVE":30}}',
      values: {},
    },
    { topic: 'tele/tasmota/LWT', payload: 'Online', values: {}, availability: { 'tasmota/#': true } },
    { topic: 'tele/tasmota/LWT', payload: 'Offline', values: {}, availability: { 'tasmota/#': false } },
    // The other forms of FullTopic on this page.
    ...[
      ['tasmota/bedroom/lamp/tele/SENSOR', 'bedroom/lamp'],
      ['penthouse/bedroom1/bathroom2/lamp/tele/SENSOR', 'penthouse/bedroom1/bathroom2/lamp'],
      ['tele/home/cellar/lamp/SENSOR', 'home/cellar/lamp'],
    ].map(([topic, device]) => ({
      topic,
      payload: '{"DS18B20":{"Temperature":20.6}}',
      values: { [`${device} DS18B20.Temperature`]: '20.6 °C' },
    })),
  ],
  'https://tasmota.github.io/docs/DS18x20/': [
    sensor('{"Time":"2019-01-01T00:00:00","DS18B20":{"Temperature":49.7},"TempUnit":"C"}', {
      'DS18B20.Temperature': '49.7 °C',
    }),
    sensor('{"Time":"2018-06-14T07:56:34","DS18B20":{"Temperature":21.9},"TempUnit":"C"}', {
      'DS18B20.Temperature': '21.9 °C',
    }),
  ],
  'https://tasmota.github.io/docs/AM2301/': [
    sensor('{"Time":"2019-01-01T00:00:00","AM2301":{"Temperature":24.6,"Humidity":58.2},"TempUnit":"C"}', {
      'AM2301.Temperature': '24.6 °C',
      'AM2301.Humidity': '58.2 %',
    }),
  ],
  'https://tasmota.github.io/docs/AHT1x/': [
    sensor(
      '{"Time":"2020-01-01T00:00:00","AHT1X-0x38":{"Temperature":24.7,"Humidity":61.9,"DewPoint":16.8},"TempUnit":"C"}',
      { 'AHT1X-0x38.Temperature': '24.7 °C', 'AHT1X-0x38.Humidity': '61.9 %' },
    ),
  ],
  'https://tasmota.github.io/docs/BME280/': [
    sensor(
      '{"Time":"2019-11-03T19:34:28","BME280":{"Temperature":21.7,"Humidity":66.6,"Pressure":988.6},"PressureUnit":"hPa","TempUnit":"C"}',
      { 'BME280.Temperature': '21.7 °C', 'BME280.Humidity': '66.6 %', 'BME280.Pressure': '988.6 hPa' },
    ),
  ],
  'https://tasmota.github.io/docs/BME680/': [
    sensor(
      '{"Time":"2021-09-22T17:00:00","BME680":{"Temperature":24.5,"Humidity":33.0,"DewPoint":7.1,"Pressure":987.7,"Gas":1086.43},"PressureUnit":"hPa","TempUnit":"C"}',
      {
        'BME680.Temperature': '24.5 °C',
        'BME680.Humidity': '33 %',
        'BME680.Pressure': '987.7 hPa',
        'BME680.Gas': '1086.43 kΩ',
      },
    ),
  ],
  'https://tasmota.github.io/docs/ADC/': [
    sensor('{"Time":"2019-10-31T18:55:09","ANALOG":{"Illuminance":8}}', { 'ANALOG.Illuminance': '8 lx' }),
    sensor('{"Time":"2019-01-14T19:36:51","ANALOG":{"A0":1024}}', { 'ANALOG.A0': '1024' }),
    {
      topic: 'tele/tasmota/STATE',
      payload:
        '{"Time":"2019-10-31T11:14:59","Uptime":"0T18:36:12","UptimeSec":66972,"Vcc":3.423,"Heap":28,"SleepMode":"Dynamic","Sleep":50,"LoadAvg":19,"MqttCount":6,"POWER":"OFF","Wifi":{"AP":1,"RSSI":100,"LinkCount":1}}',
      values: {},
    },
  ],
  'https://tasmota.github.io/docs/BH1750/': [
    sensor('{"Time":"2019-11-03T20:45:37","BH1750":{"Illuminance":79}}', { 'BH1750.Illuminance': '79 lx' }),
  ],
  'https://tasmota.github.io/docs/TSL2561/': [
    sensor('{"Time":"2019-11-03T21:04:05","TSL2561":{"Illuminance":21.180}}', { 'TSL2561.Illuminance': '21.18 lx' }),
  ],
  'https://tasmota.github.io/docs/HC-SR04/': [
    sensor('{"Time":"2019-01-01T22:42:35","SR04":{"Distance":16.754}}', { 'SR04.Distance': '16.754 cm' }),
  ],
  'https://tasmota.github.io/docs/VL53Lxx/': [
    sensor('{"Time":"2019-12-20T11:29:22","VL53L0X":{"Distance":263}}', { 'VL53L0X.Distance': '263 mm' }),
    sensor('{"Time":"2019-12-20T11:29:22","VL53L1X":{"Distance":263}}', { 'VL53L1X.Distance': '263 mm' }),
    sensor(
      '{"Time":"2019-12-20T11:29:22","VL53L0X_1":{"Distance":263},"VL53L0X_2":{"Distance":344},"VL53L0X_3":{"Distance":729}}',
      { 'VL53L0X_1.Distance': '263 mm', 'VL53L0X_2.Distance': '344 mm', 'VL53L0X_3.Distance': '729 mm' },
    ),
  ],
  'https://tasmota.github.io/docs/MCP9808/': [
    sensor('{"Time":"2020-01-01T00:00:00","MCP9808":{"Temperature":24.7},"TempUnit":"C"}', {
      'MCP9808.Temperature': '24.7 °C',
    }),
  ],
  'https://tasmota.github.io/docs/APDS-9960/': [
    sensor('{"Time":"2019-10-31T21:34:25","APDS9960":{"Right":1}}', { 'APDS9960.Right': '1' }),
    sensor(
      '{"Time":"2019-10-31T21:48:51","APDS9960":{"Red":282,"Green":252,"Blue":196,"Ambient":169,"CCT":4217,"Proximity":9}}',
      {
        'APDS9960.Red': '282',
        'APDS9960.Green': '252',
        'APDS9960.Blue': '196',
        'APDS9960.Ambient': '169',
        'APDS9960.CCT': '4217',
        'APDS9960.Proximity': '9',
      },
    ),
  ],
  'https://tasmota.github.io/docs/AS3935/': [
    sensor('{"Time":"2020-01-01T17:07:07","AS3935":{"Event":4,"Distance":12,"Energy":58622,"Stage":1}}', {
      'AS3935.Distance': '12 km',
      'AS3935.Energy': '58622',
    }),
  ],
  'https://tasmota.github.io/docs/ESP32/': [
    sensor('{"Time":"2021-01-01T00:00:00","ESP32":{"Temperature":41.7},"TempUnit":"C"}', {}),
  ],
  'https://tasmota.github.io/docs/MFRC522/': [
    sensor('{"Time":"2021-01-23T13:10:50","RC522":{"UID":"BA839D07","Data":"","Type":"MIFARE 1KB"}}', {}),
  ],
  'https://tasmota.github.io/docs/MPU-6050/': [
    sensor(
      '{"Time":"2019-12-10T19:37:50","MPU6050":{"Temperature":27.7,"AccelXAxis":-7568.00,"AccelYAxis":-776.00,"AccelZAxis":12812.00,"GyroXAxis":270.00,"GyroYAxis":-741.00,"GyroZAxis":700.00},"TempUnit":"C"}',
      {
        'MPU6050.Temperature': '27.7 °C',
        'MPU6050.AccelXAxis': '-7568',
        'MPU6050.AccelYAxis': '-776',
        'MPU6050.AccelZAxis': '12812',
        'MPU6050.GyroXAxis': '270',
        'MPU6050.GyroYAxis': '-741',
        'MPU6050.GyroZAxis': '700',
      },
    ),
    sensor(
      '{"Time":"2019-12-10T19:24:55","MPU6050":{"Temperature":25.0,"AccelXAxis":756.00,"AccelYAxis":-1409.00,"AccelZAxis":2152.00,"GyroXAxis":0.00,"GyroYAxis":-1.00,"GyroZAxis":10.00,"Yaw":0.86,"Pitch":-1.45,"Roll":-10.76},"TempUnit":"C"}',
      {
        'MPU6050.Temperature': '25 °C',
        'MPU6050.AccelXAxis': '756',
        'MPU6050.AccelYAxis': '-1409',
        'MPU6050.AccelZAxis': '2152',
        'MPU6050.GyroXAxis': '0',
        'MPU6050.GyroYAxis': '-1',
        'MPU6050.GyroZAxis': '10',
        'MPU6050.Yaw': '0.86',
        'MPU6050.Pitch': '-1.45',
        'MPU6050.Roll': '-10.76',
      },
    ),
  ],
  'https://tasmota.github.io/docs/TX2x/': [
    {
      topic: 'tele/tasmota/SENSOR',
      payload:
        '{"Time":"2020-03-03T00:00:00+00:00","TX23":{"Speed":{"Act":14.8,"Avg":8.5,"Min":12.2,"Max":14.8},"Dir":{"Card":"WSW","Deg":247.5,"Avg":266.1,"AvgCard":"W","Min":247.5,"Max":247.5,"Range":0}},"SpeedUnit":"km/h"}',
      values: { 'tasmota TX23.Speed.Act': '14.8 km/h', 'tasmota TX23.Dir.Deg': '247.5 °' },
      at: '2020-03-03T00:00:00Z',
    },
  ],
  'https://tasmota.github.io/docs/Teleinfo/': [
    {
      topic: 'emoncms/ch2i/factory/denky_D6C0C0/tele/SENSOR',
      payload:
        '{"Time":"2021-10-26T17:28:45","ENERGY":{"TotalStartTime":"2021-10-25T15:22:04","Total":9098.245,"Yesterday":6822.685,"Today":2275.560,"Period": 9,"Power":170,"Current":1.000,"Load":6},"TIC":{"ADCO":"021528603314","OPTARIF":"HC..","ISOUSC":15,"HCHC":920750,"HCHP":2275560,"PTEC":"HP..","IINST":1,"IMAX":2,"PAPP":170,"HHPHC":"A","MOTDETAT":0},"ESP32":{"Temperature":36.1},"TempUnit":"C"}',
      values: {
        'emoncms/ch2i/factory/denky_D6C0C0 ENERGY.Total': '9098.245 kWh counter',
        'emoncms/ch2i/factory/denky_D6C0C0 ENERGY.Power': '170 W',
        'emoncms/ch2i/factory/denky_D6C0C0 ENERGY.Current': '1 A',
        'emoncms/ch2i/factory/denky_D6C0C0 TIC.HCHC': '920750 Wh counter',
        'emoncms/ch2i/factory/denky_D6C0C0 TIC.HCHP': '2275560 Wh counter',
        'emoncms/ch2i/factory/denky_D6C0C0 TIC.IINST': '1 A',
        'emoncms/ch2i/factory/denky_D6C0C0 TIC.PAPP': '170 VA',
      },
      at: '2021-10-26T15:28:45Z',
      options: { zone: compileTimeZone('Europe/Paris') },
    },
    sensor('{"TIC":{"PAPP":160}}', { 'TIC.PAPP': '160 VA' }),
  ],
  'https://tasmota.github.io/docs/Smart-Meter-Interface/': [
    sensor(
      '{"Time":"2023-06-18T15:22:20","GS303":{"Total_in":31.834,"Power_cur":-93,"Total_out":5.021,"Meter_id":"5a5041"}}',
      {
        'GS303.Total_in': '31.834 kWh counter',
        'GS303.Power_cur': '-93 W',
        'GS303.Total_out': '5.021 kWh counter',
      },
    ),
  ],
  'https://tasmota.github.io/docs/P1-Smart-Meter/': [
    { topic: 'tele/wemos-9/RESULT', payload: '{"SerialReceived":"1-0:1.8.1(005779.835*kWh)\\r"}', values: {} },
  ],
  // The page shows these below "StatusSNS", in which a device answers with its SENSOR message.
  'https://tasmota.github.io/docs/JSON-Status-Responses/': [
    sensor('{"Switch1": "OFF"}', { Switch1: '0 on/off' }),
    sensor(
      '{"ENERGY":{"Total":3.185,"Yesterday":3.058,"Today":0.127,"Power":0,"Factor":0.00,"Voltage":221,"Current":0.000}}',
      {
        'ENERGY.Total': '3.185 kWh counter',
        'ENERGY.Power': '0 W',
        'ENERGY.Voltage': '221 V',
        'ENERGY.Current': '0 A',
      },
    ),
    sensor('{"Time":"2018-02-10T22:46:34","BMP280":{"Temperature":80.9,"Pressure":984.4}}', {
      'BMP280.Temperature': '80.9 °C',
      'BMP280.Pressure': '984.4 hPa',
    }),
    sensor('{"DHT11":{"Temperature":12.0,"Humidity":42.0},"TempUnit":"C"}', {
      'DHT11.Temperature': '12 °C',
      'DHT11.Humidity': '42 %',
    }),
    sensor(
      '{"Time":"2018-02-07T20:16:19","DHT11":{"Temperature":78.8,"Humidity":27.0},"SHT3X":{"Temperature":74.8,"Humidity":18.9},"TempUnit":"F"}',
      {
        'DHT11.Temperature': '78.8 °F',
        'DHT11.Humidity': '27 %',
        'SHT3X.Temperature': '74.8 °F',
        'SHT3X.Humidity': '18.9 %',
      },
    ),
    sensor(
      '{"Time":"2018-02-16T16:18:49","Temperature":25,"Humidity":83,"Light":10,"Noise":20,"AirQuality":100,"TempUnit":"C"}',
      { Temperature: '25 °C', Humidity: '83 %', Light: '10 lx', Noise: '20 dB', AirQuality: '100' },
    ),
    sensor(
      '{"Time":"2018-02-16T16:22:12","HTU21":{"Temperature":24.7,"Humidity":32.1},"PMS5003":{"CF1":1,"CF2.5":2,"CF10":2,"PM1":1,"PM2.5":2,"PM10":2,"PB0.3":423,"PB0.5":116,"PB1":17,"PB2.5":1,"PB5":0,"PB10":0},"TempUnit":"C"}',
      {
        'HTU21.Temperature': '24.7 °C',
        'HTU21.Humidity': '32.1 %',
        'PMS5003.PM1': '1 µg/m³',
        'PMS5003.PM2.5': '2 µg/m³',
        'PMS5003.PM10': '2 µg/m³',
        'PMS5003.PB0.3': '423',
        'PMS5003.PB0.5': '116',
        'PMS5003.PB1': '17',
        'PMS5003.PB2.5': '1',
        'PMS5003.PB5': '0',
        'PMS5003.PB10': '0',
      },
    ),
  ],
  'https://tasmota.github.io/docs/Zigbee/': [
    {
      topic: 'tele/bridge/SENSOR',
      payload:
        '{"ZbReceived": {"0x8F20": {"Name": "Kitchen", "Voltage": 2.995, "Battery": 98, "Temperature": 21.01, "Humidity": 53.68, "Pressure": 1004.04, "PressureUnit": "hPa", "Endpoint": 1, "LinkQuality": 88}}}',
      values: KITCHEN,
    },
    {
      topic: 'tele/bridge/SENSOR', // SetOption83
      payload:
        '{"ZbReceived": {"Kitchen": {"Device": "0x8F20", "Voltage": 2.995, "Battery": 98, "Temperature": 21.01, "Humidity": 53.68, "Pressure": 1004.04, "PressureUnit": "hPa", "Endpoint": 1, "LinkQuality": 88}}}',
      values: KITCHEN,
    },
    {
      topic: 'tele/bridge/8F20/SENSOR', // SetOption89
      payload:
        '{"ZbReceived": {"Kitchen": {"Device": "0x8F20", "Voltage": 2.995, "Battery": 98, "Temperature": 21.01, "Humidity": 53.68, "Pressure": 1004.04, "PressureUnit": "hPa", "Endpoint": 1, "LinkQuality": 88}}}',
      values: KITCHEN,
    },
    {
      topic: 'tele/bridge/SENSOR',
      payload:
        '{"ZbState":{"Status":30,"IEEEAddr":"0x00158D00036B50AE","ShortAddr":"0x8F20","PowerSource":false,"ReceiveWhenIdle":false,"Security":false}}',
      values: {},
    },
    {
      topic: 'tele/bridge/RESULT',
      payload:
        '{"ZbReceived":{"0x128F":{"AqaraVibrationMode":"tilt","AqaraVibrationsOrAngle":162,"AqaraAccelerometer":[-690,2,138],"AqaraAngles":[-78,0,11],"LinkQuality":158}}}',
      values: {
        'bridge/0x128F AqaraVibrationsOrAngle': '162',
        'bridge/0x128F AqaraAccelerometer1': '-690',
        'bridge/0x128F AqaraAccelerometer2': '2',
        'bridge/0x128F AqaraAccelerometer3': '138',
        'bridge/0x128F AqaraAngles1': '-78',
        'bridge/0x128F AqaraAngles2': '0',
        'bridge/0x128F AqaraAngles3': '11',
      },
    },
    {
      topic: 'tele/bridge/RESULT',
      payload: '{"ZbState":{"Status":21,"Message":"Enable Pairing mode for 60 seconds"}}',
      values: {},
    },
  ],
  'https://tasmota.github.io/docs/Matter/': [
    sensor(
      '{"Time":"2023-05-28T20:04:27","SCD40":{"CarbonDioxide":618,"eCO2":623,"Temperature":23.8,"Humidity":61.1,"DewPoint":15.8},"TempUnit":"C"}',
      {
        'SCD40.CarbonDioxide': '618 ppm',
        'SCD40.eCO2': '623 ppm',
        'SCD40.Temperature': '23.8 °C',
        'SCD40.Humidity': '61.1 %',
      },
    ),
  ],
  'https://tasmota.github.io/docs/DeepSleep/': [
    {
      topic: 'tele/tasmota/SENSOR',
      payload: '{"Time":"2019-09-04T13:08:48","Epoch":1567595328,"ANALOG":{"A0":8}}',
      values: { 'tasmota ANALOG.A0': '8' },
      at: '2019-09-04T11:08:48Z',
    },
    {
      topic: 'tele/tasmota/STATE',
      payload:
        '{"SleepMode":"Dynamic","Sleep":50,"LoadAvg":20,"MqttCount":1,"Wifi":{"AP":1,"RSSI":100},"DeepSleep":300,"Heap":25160}',
      values: {},
    },
  ],
  'https://tasmota.github.io/docs/Buttons-and-Switches/': [
    sensor('{"Time":"2021-01-01T00:00:00","Switch1":"OFF"}', { Switch1: '0 on/off' }),
    sensor('{"Time":"2021-01-01T00:00:01","Switch1":"ON"}', { Switch1: '1 on/off' }),
  ],
  'https://tasmota.github.io/docs/Bluetooth/': [
    sensor(
      '{"Time":"2020-03-24T12:47:51","LYWSD03-52680f":{"Temperature":21.1,"Humidity":58.0,"DewPoint":12.5,"Battery":100},"LYWSD02-a2fd09":{"Temperature":21.4,"Humidity":57.0,"DewPoint":12.5,"Battery":2},"MJ_HT_V1-d8799d":{"Temperature":21.4,"Humidity":54.6,"DewPoint":11.9},"TempUnit":"C"}',
      {
        'LYWSD03-52680f.Temperature': '21.1 °C',
        'LYWSD03-52680f.Humidity': '58 %',
        'LYWSD02-a2fd09.Temperature': '21.4 °C',
        'LYWSD02-a2fd09.Humidity': '57 %',
        'MJ_HT_V1-d8799d.Temperature': '21.4 °C',
        'MJ_HT_V1-d8799d.Humidity': '54.6 %',
      },
    ),
    sensor(
      '{"Time":"2019-12-18T10:13:38","Flora-6ab577":{"Temperature":21.7,"Illuminance":21,"Humidity":0,"Fertility":0},"MJ_HT_V1-3108be":{"Temperature":22.3,"Humidity":56.1},"TempUnit":"C"}',
      {
        'Flora-6ab577.Temperature': '21.7 °C',
        'Flora-6ab577.Illuminance': '21 lx',
        'Flora-6ab577.Humidity': '0 %',
        'Flora-6ab577.Fertility': '0 µS/cm',
        'MJ_HT_V1-3108be.Temperature': '22.3 °C',
        'MJ_HT_V1-3108be.Humidity': '56.1 %',
      },
    ),
    sensor('{"Time":"2021-01-02T12:08:40","IBEACON":{"MAC":"A4C1387FC1E1","RSSI":-56,"STATE":"ON"}}', {}),
    sensor('{"Time":"2021-01-02T12:08:40","IBEACON":{"MAC":"A4C1387FC1E1","RSSI":-56,"STATE":"OFF"}}', {}),
  ],
  'https://pastebin.com/4izDrY6W': [
    {
      topic: 'tele/tasmota_9CF9D1/STATE',
      payload:
        '{"Time":"2024-02-24T22:20:38","Uptime":"0T00:10:11","UptimeSec":611,"Heap":24,"SleepMode":"Dynamic","Sleep":50,"LoadAvg":19,"MqttCount":1,"POWER":"OFF","Wifi":{"AP":1,"SSId":"ESP-Network","BSSId":"E6:8D:8C:4B:BE:F7","Channel":3,"Mode":"11n","RSSI":44,"Signal":-78,"LinkCount":1,"Downtime":"0T00:00:05"}}',
      values: {},
    },
    {
      topic: 'tele/tasmota_9CF9D1/SENSOR',
      payload: '{"Time":"2024-02-24T22:20:38","Switch1":"ON"}',
      values: { 'tasmota_9CF9D1 Switch1': '1 on/off' },
      at: '2024-02-24T21:20:38Z',
      options: { zone },
    },
  ],
  'https://github.com/arendst/Tasmota/issues/1621': [
    {
      topic: 'home/tele/tasmota/SonoffPOW/SENSOR',
      payload:
        '{"Time":"2018-01-17T18:59:50","ENERGY":{"Total":1.956,"Yesterday":0.054,"Today":0.049,"Period":0,"Power":9,"Factor":0.43,"Voltage":231,"Current":0.089}}',
      values: {
        'home/tasmota/SonoffPOW ENERGY.Total': '1.956 kWh counter',
        'home/tasmota/SonoffPOW ENERGY.Power': '9 W',
        'home/tasmota/SonoffPOW ENERGY.Voltage': '231 V',
        'home/tasmota/SonoffPOW ENERGY.Current': '0.089 A',
      },
      at: '2018-01-17T17:59:50Z',
      options: { zone },
    },
  ],
  'https://github.com/Calandrias/E3DC-Control/blob/dbeb22acd91399ffb4b1e429a9f7ab7e76dee08c/OpenhabPub.cpp': [
    // Several sensors of one kind, and a FullTopic that ends with %prefix%.
    {
      topic: 'A38/STH16_S/tele/SENSOR',
      payload:
        '{"Time":"2020-02-08T17:17:11","DS18B20-1":{"Id":"031197790115","Temperature":19.6},"DS18B20-2":{"Id":"031497793BB5","Temperature":19.5},"SI7021":{"Temperature":20.6,"Humidity":31.9},"TempUnit":"C"}',
      values: {
        'A38/STH16_S DS18B20-1.Temperature': '19.6 °C',
        'A38/STH16_S DS18B20-2.Temperature': '19.5 °C',
        'A38/STH16_S SI7021.Temperature': '20.6 °C',
        'A38/STH16_S SI7021.Humidity': '31.9 %',
      },
      at: '2020-02-08T16:17:11Z',
      options: { zone },
    },
  ],
  'https://github.com/ferrets6/wattson/blob/55c3bda36935f90d0d386a02d6f890a22b7bcd41/internal/mqtt/collector_test.go': [
    {
      topic: 'tele/tasmota/SENSOR',
      payload:
        '{"Time":"2026-09-18T11:19:21","ENERGY":{"TotalStartTime":"2026-09-16T00:00:00","Total":[2.813,0.254],"Yesterday":[1.530,0.125],"Today":[0.772,0.059],"Power":[52,5],"ApparentPower":[66,10],"ReactivePower":[40,9],"Factor":[0.79,0.50],"Voltage":235,"Current":[0.278,0.044],"BL09XX":{"Temperature":46.5}}}',
      values: {
        'tasmota ENERGY.Total1': '2.813 kWh counter',
        'tasmota ENERGY.Total2': '0.254 kWh counter',
        'tasmota ENERGY.Power1': '52 W',
        'tasmota ENERGY.Power2': '5 W',
        'tasmota ENERGY.Voltage': '235 V',
        'tasmota ENERGY.Current1': '0.278 A',
        'tasmota ENERGY.Current2': '0.044 A',
      },
      at: '2026-09-18T09:19:21Z',
      options: { zone },
    },
  ],
  'https://github.com/miller45/jiotsensorhub': [
    sensor(
      '{"Time":"2022-10-28T13:44:23","ATC04b555":{"mac":"a4c13804b555","Temperature":25.1,"Humidity":56.3,"DewPoint":15.8,"Btn":1,"Battery":54,"RSSI":-43}}',
      { 'ATC04b555.Temperature': '25.1 °C', 'ATC04b555.Humidity': '56.3 %' },
    ),
  ],
  'https://github.com/arendst/Tasmota/blob/development/tasmota/tasmota_xsns_sensor/xsns_82_wiegand.ino': [
    sensor('{"Time":"2021-01-21T15:48:49","Wiegand":{"UID":4302741608,"Size":34}}', {}),
  ],
  'captured by users, address not known': [
    sensor(
      '{"Time":"2020-11-15T18:35:34","SHT3X-0x44":{"Temperature":22.1,"Humidity":57.5,"DewPoint":13.3},"TempUnit":"C"}',
      { 'SHT3X-0x44.Temperature': '22.1 °C', 'SHT3X-0x44.Humidity': '57.5 %' },
    ),
    sensor(
      '{"Time":"2024-11-24T22:07:28","ANALOG":{"CTEnergy1":{"Energy":62.962,"Power":2,"Voltage":220,"Current":0.010},"Range5":188},"DS18B20-1":{"Id":"3C01F09620CB","Temperature":38.2},"DS18B20-2":{"Id":"1DA15B1E64FF","Temperature":37.6},"TempUnit":"C"}',
      {
        'ANALOG.CTEnergy1.Energy': '62.962 kWh counter',
        'ANALOG.CTEnergy1.Power': '2 W',
        'ANALOG.CTEnergy1.Voltage': '220 V',
        'ANALOG.CTEnergy1.Current': '0.01 A',
        'ANALOG.Range5': '188',
        'DS18B20-1.Temperature': '38.2 °C',
        'DS18B20-2.Temperature': '37.6 °C',
      },
    ),
    sensor(
      '{"Time":"2024-11-28T23:11:33","ENERGY":{"TotalStartTime":"2024-02-20T22:54:12","Total":884.774,"TotalTariff":[42.824,841.95],"Yesterday":23.144,"Today":19.221,"Period":11,"Power":662,"ApparentPower":693,"ReactivePower":204,"Factor":0.96,"Voltage":232,"Current":2.984}}',
      {
        'ENERGY.Total': '884.774 kWh counter',
        'ENERGY.Power': '662 W',
        'ENERGY.Voltage': '232 V',
        'ENERGY.Current': '2.984 A',
      },
    ),
    {
      topic: 'tele/pow1/SENSOR',
      payload:
        '{"Time":"2018-02-15T17:37:10","ENERGY":{"TotalStartTime":"2018-01-01T00:00:00","Total":6.294,"Today":0.954,"Power":2635,"Factor":0.99,"Voltage":227,"Current":11.661}}',
      values: {
        'pow1 ENERGY.Total': '6.294 kWh counter',
        'pow1 ENERGY.Power': '2635 W',
        'pow1 ENERGY.Voltage': '227 V',
        'pow1 ENERGY.Current': '11.661 A',
      },
      at: '2018-02-15T16:37:10Z',
      options: { zone },
    },
    {
      topic: 'tele/bridge/SENSOR',
      payload:
        '{"ZbReceived":{"0x2916":{"Device":"0x2916","Temperature":25.72,"Humidity":47.73,"Endpoint":1,"LinkQuality":116}}}',
      values: { 'bridge/0x2916 Temperature': '25.72 °C', 'bridge/0x2916 Humidity': '47.73 %' },
    },
    sensor(
      '{"Time":"2021-06-13T06:59:52","ANALOG":{"CTEnergy":{"Energy":0.006,"Power":2068,"Voltage":230,"Current":8.992}},"DHT11":{"Temperature":23.0,"Humidity":37.0,"DewPoint":7.5},"TempUnit":"C"}',
      {
        'ANALOG.CTEnergy.Energy': '0.006 kWh counter',
        'ANALOG.CTEnergy.Power': '2068 W',
        'ANALOG.CTEnergy.Voltage': '230 V',
        'ANALOG.CTEnergy.Current': '8.992 A',
        'DHT11.Temperature': '23 °C',
        'DHT11.Humidity': '37 %',
      },
    ),
  ],
});

describe('Tasmota', () => {
  test('COUNTER counts pulses', () => {
    const { values } = read('tele/gas/SENSOR', { COUNTER: { C1: 1200 } });
    expect(values).toEqual({ 'gas COUNTER.C1': { value: 1200, at: null, facts: { unit: '', counter: 'hour' } } });
  });

  test('a time with an offset (SetOption52) needs no zone', () => {
    const payload = { Time: '2018-02-15T17:37:10+01:00', SR04: { Distance: 3 } };
    expect(read('tele/a/SENSOR', payload)).toMatchObject({
      values: { 'a SR04.Distance': { at: Date.parse('2018-02-15T16:37:10Z') } },
      reasons: [],
    });
  });

  test('a plug of the Zigbee bridge: its switch, its measurements, no attributes without a name', () => {
    const plug = { Device: '0x4773', Power: 1, ActivePower: 12, RMSVoltage: 229, '0B04_050B': 12, Endpoint: 3 };
    expect(shown(read('tele/bridge/SENSOR', { ZbReceived: { '0x4773': plug } }))).toEqual({
      'bridge/0x4773 Power': '1 on/off',
      'bridge/0x4773 ActivePower': '12 W',
      'bridge/0x4773 RMSVoltage': '229 V',
    });
  });

  test('a device in DeepSleep is not gone', () => {
    const mapper = tasmota.open(context);
    const { availability } = receive(mapper, [
      ['tele/well/STATE', { DeepSleep: 300, Heap: 25 }],
      ['tele/well/LWT', 'Offline'],
      ['tele/pump/STATE', { Heap: 25 }],
      ['tele/pump/LWT', 'Offline'],
    ]);
    expect(availability).toEqual({ 'pump/#': false });
  });

  test('a pressure in mmHg has another range', () => {
    const { values } = read('tele/a/SENSOR', { BMP280: { Pressure: 745.1 }, PressureUnit: 'mmHg' });
    expect(values['a BMP280.Pressure'].facts).toEqual({ unit: 'mmHg', range: [225, 900] });
  });
});

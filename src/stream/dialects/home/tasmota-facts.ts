import type { SignalFacts } from '../dialect.ts';
import { rememberPairs } from '../remember.ts';
import { BATTERY, DERIVED, DIAGNOSTICS, DUPLICATE, IDENTIFIER, SETTING, WATT_HOURS } from '../signals/usual-facts.ts';

/** Units that a SENSOR message states beside its values: SetOption8, SetOption24, SpeedUnit. */
export interface StatedUnits {
  readonly temperature: SignalFacts;
  readonly pressure: SignalFacts;
  readonly speed: SignalFacts;
}

const CELSIUS: SignalFacts = { unit: '°C', range: [-55, 150] };
const FAHRENHEIT: SignalFacts = { unit: '°F', range: [-67, 302] };
const PRESSURES: Readonly<Record<string, SignalFacts>> = {
  hPa: { unit: 'hPa', range: [300, 1200] },
  mmHg: { unit: 'mmHg', range: [225, 900] },
  inHg: { unit: 'inHg', range: [8, 36] },
};
const SPEEDS: ReadonlyMap<unknown, SignalFacts> = new Map(
  ['m/s', 'km/h', 'kn', 'mph', 'ft/s', 'yd/s'].map((unit) => [unit, { unit }]),
);
const NONE: SignalFacts = {};

export const unitsIn = (payload: Readonly<Record<string, unknown>>): StatedUnits => {
  const pressure = payload['PressureUnit'];
  return {
    temperature: payload['TempUnit'] === 'F' ? FAHRENHEIT : CELSIUS,
    pressure:
      typeof pressure === 'string' && Object.hasOwn(PRESSURES, pressure) ? PRESSURES[pressure] : PRESSURES['hPa'],
    speed: SPEEDS.get(payload['SpeedUnit']) ?? NONE,
  };
};

const KWH: SignalFacts = { unit: 'kWh', counter: 'hour' };

/** Keys whose unit the message states. */
const STATED: Readonly<Record<string, keyof StatedUnits>> = {
  Temperature: 'temperature',
  Pressure: 'pressure',
  Act: 'speed',
};

/** By sensor and key. */
const OF_SENSOR: Readonly<Record<string, Readonly<Record<string, SignalFacts>>>> = {
  ENERGY: {
    Total: KWH,
    ExportActive: KWH,
    ImportActive: KWH,
    TotalTariff: DUPLICATE,
    ExportTariff: DUPLICATE,
    Yesterday: DUPLICATE,
    Today: DUPLICATE,
    Period: DUPLICATE,
    Power: { unit: 'W' },
    ApparentPower: DERIVED,
    ReactivePower: DERIVED,
    Factor: DERIVED,
    PhaseAngle: DERIVED,
    Load: DERIVED,
    Voltage: { unit: 'V', range: [0, 1000] },
    Current: { unit: 'A' },
    Frequency: { unit: 'Hz', range: [0, 1000] },
  },
  // Enedis: indexes in Wh, apparent power in VA, current in A; the rest is the contract.
  TIC: {
    BASE: WATT_HOURS,
    HCHC: WATT_HOURS,
    HCHP: WATT_HOURS,
    EAST: WATT_HOURS,
    EAIT: WATT_HOURS,
    PAPP: { unit: 'VA' },
    SINSTS: { unit: 'VA' },
    IINST: { unit: 'A' },
    IMAX: SETTING,
    ISOUSC: SETTING,
    SSOUSC: SETTING,
    PHASE: SETTING,
    MOTDETAT: IDENTIFIER,
    ADCO: IDENTIFIER,
  },
  AS3935: { Event: IDENTIFIER, Stage: SETTING, Energy: NONE, Distance: { unit: 'km' } },
  ESP32: { Temperature: DIAGNOSTICS },
  BL09XX: { Temperature: DIAGNOSTICS },
  // Of any beacon that is near.
  IBEACON: { STATE: IDENTIFIER, MAJOR: IDENTIFIER, MINOR: IDENTIFIER },
  Wiegand: { UID: IDENTIFIER, Size: IDENTIFIER },
  SR04: { Distance: { unit: 'cm' } },
};

/** By key, for every sensor. */
const BY_KEY: Readonly<Record<string, SignalFacts>> = {
  DewPoint: DERIVED,
  SeaPressure: DERIVED,
  CarbonDioxide: { unit: 'ppm', range: [0, 40_000] },
  eCO2: { unit: 'ppm', range: [0, 65_000] },
  TVOC: { unit: 'ppb' },
  Gas: { unit: 'kΩ' },
  Illuminance: { unit: 'lx', range: [0, 300_000] },
  Fertility: { unit: 'µS/cm' },
  Btn: IDENTIFIER,
  // Of particles the mass counts that is meant for air (PM); CF is the same for the calibration in a factory.
  CF1: DUPLICATE,
  'CF2.5': DUPLICATE,
  CF10: DUPLICATE,
};

function sensorFacts(above: string, key: string): SignalFacts | null {
  const sensor = above.slice(above.lastIndexOf('.') + 1);
  if (Object.hasOwn(OF_SENSOR, sensor) && Object.hasOwn(OF_SENSOR[sensor], key)) return OF_SENSOR[sensor][key];
  if (Object.hasOwn(BY_KEY, key)) return BY_KEY[key];
  if (sensor === 'COUNTER') return { unit: '', counter: 'hour' };
  if (/^VL53L[01]X/.test(sensor) && key === 'Distance') return { unit: 'mm' };
  if (sensor === 'Speed' || sensor === 'Dir')
    return /^(Act|Deg)$/.test(key) ? (sensor === 'Dir' ? { unit: '°' } : null) : DERIVED;
  return meterFacts(key);
}

/** The path of a value, its facts, and which of the units that the message states it has (`stated`; null: none of them). */
export interface SensorValue {
  readonly name: string;
  readonly facts: SignalFacts | null;
  readonly stated: keyof StatedUnits | null;
}

/** The value of a key. One look for both, for an energy meter sends fifteen with each message. */
export const sensorValue = rememberPairs((above, key): SensorValue => {
  const facts = sensorFacts(above, key);
  return {
    name: above === '' ? key : `${above}.${key}`,
    facts,
    stated: facts === null && Object.hasOwn(STATED, key) ? STATED[key] : null,
  };
});

/** Names that the scripts of the smart meter interface use (https://tasmota.github.io/docs/Smart-Meter-Interface/). */
function meterFacts(key: string): SignalFacts | null {
  if (/^(total_(in|out|summe|tarif\d|day|night)|e_?(in|out))$/i.test(key)) return KWH;
  if (/^(power|p)_(curr?|p?\d|l\d|total|in|out)$/i.test(key)) return { unit: 'W' };
  if (/^volt(age)?_(p\d|l\d|avg)$/i.test(key)) return { unit: 'V', range: [0, 1000] };
  if (/^curr(ent)?_(p\d|l\d|summ)$/i.test(key)) return { unit: 'A' };
  return null;
}

const OF_ZIGBEE: Readonly<Record<string, SignalFacts>> = {
  Endpoint: IDENTIFIER,
  Group: IDENTIFIER,
  LinkQuality: { noSignal: 'link quality' },
  BatteryPercentage: BATTERY,
  BatteryVoltage: BATTERY,
  LastSeen: { noSignal: 'time' },
  LastSeenEpoch: { noSignal: 'time' },
  // The cluster OnOff: 0 or 1.
  Power: { binary: true },
  Occupancy: { binary: true },
  Contact: { binary: true },
  Temperature: CELSIUS,
  Pressure: PRESSURES['hPa'],
  SeaPressure: DERIVED,
  ActivePower: { unit: 'W' },
  RMSVoltage: { unit: 'V', range: [0, 1000] },
  RMSCurrent: { unit: 'A' },
};

/** Unit and meaning of an attribute of a Zigbee device. */
export function zigbeeFacts(key: string, all: Readonly<Record<string, unknown>>): SignalFacts | null {
  if (Object.hasOwn(OF_ZIGBEE, key)) return OF_ZIGBEE[key];
  if (key === 'Voltage' && (Object.hasOwn(all, 'Battery') || Object.hasOwn(all, 'BatteryPercentage'))) return BATTERY;
  // An attribute that Tasmota cannot name: cluster and number.
  return /^[0-9A-F]{4}[_/!<>+]/.test(key) ? IDENTIFIER : null;
}

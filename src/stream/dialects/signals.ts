import type { NoSignal, SignalFacts } from './signal-facts.ts';

/** A quantity as a field name tells it. */
export interface Quantity {
  readonly name: string;
  readonly unit: string;
  /** What can physically be; left out where a value outside was seen. */
  readonly range?: readonly [number, number];
  /** For a meter that counts up: the time in which its rise is of interest. */
  readonly counter?: 'minute' | 'hour' | 'day';
}

type Rule<T> = readonly [RegExp, T];

/**
 * By the words of a field name: lower case, one space between words, numbers at the end removed. The first match counts.
 * Payloads: zigbee2mqtt exposes, Tasmota sensors, Shelly components, ESPHome and Home Assistant device classes.
 */
const NO_SIGNAL: readonly Rule<NoSignal>[] = [
  [
    /^(link ?quality|lqi|rssi|snr|signal( strength)?|wifi( signal| rssi)?|channel rssi|link margin)$|rssi$/,
    'link quality',
  ],
  [/^(uptime|up time|uptime sec|run time|boot count|reboot count|restart count|mqtt count|operating time)$/, 'uptime'],
  [
    /^(battery|batt|bat|bat v|soc battery|battery (level|voltage|percent|percentage|low|state|remaining))$|battery( level)?$/,
    'battery',
  ],
  [
    /^(last seen|last reset|last changed|last updated|ts|time|timestamp|time stamp|date|datetime|epoch|unixtime|unix time|at|total start time|last restart time|last contact|.* ts)$/,
    'time',
  ],
  [
    /^(id|uid|uuid|serial|serial number|index|seq|sequence|port|f port|f ?cnt|fcnt|dr|channel|endpoint|gateway|version|ver|fw|src|dst|group|rev|cfg rev|msg ?id|frame counter)$/,
    'identifier',
  ],
  [
    /^(brightness|color|colour|color temp|color mode|hue|saturation|x|y|transition|effect|.*(set ?point|calibration|sensitivity|threshold|timeout|interval|brightness|behaviou?r|mode|preset|schedule|delay|duration|limit|enable|enabled|lock|countdown|offset|resolution|target c|target f|precision|keep time))$/,
    'setting',
  ],
  [
    /^(heap|free heap|free memory|ram( size| free)?|fs (size|free)|mem.*|sleep|load avg|cpu.*|loop time|.*(internal|chip|device|cpu|soc) temp(erature)?|update.*|ota.*|available updates|restart required|power outage count|trigger count|response time|error code|errors?)$/,
    'device diagnostics',
  ],
  [
    /^(tamper|smoke|gas alarm|alarm|water leak|carbon monoxide alarm|over ?temperature|overload|over ?power|over ?voltage|fault|trouble|test|self test)$/,
    'alarm of the device',
  ],
  [/^(t ?f|temperature f|temp f|fahrenheit|today|yesterday|period|total (today|yesterday))$/, 'duplicate'],
  [
    /^(apparent power|reactive power|factor|power factor|pf|dew point|dewpoint|absolute humidity|heat index|abs humidity)$/,
    'derived',
  ],
  [/^(lat|lon|lng|latitude|longitude|altitude|azimuth|elevation)$/, 'position'],
];

const QUANTITIES: readonly Rule<Quantity>[] = [
  [/(^| )(t ?c|temp|temperature|celsius|tmp)$/, { name: 'temperature', unit: '°C', range: [-55, 125] }],
  [
    /(^| )(rh|hum|humidity|relative humidity|moisture|soil moisture|soil humidity)$/,
    { name: 'humidity', unit: '%', range: [0, 100] },
  ],
  [/(^| )(barometer|air pressure|atmospheric pressure)$/, { name: 'pressure', unit: 'hPa', range: [300, 1200] }],
  [/(^| )(pressure|press)$/, { name: 'pressure', unit: '' }],
  [/(^| )(co ?2|carbon dioxide|e ?co ?2)$/, { name: 'co2', unit: 'ppm', range: [0, 40_000] }],
  [/(^| )(pm ?(1|2.?5|4|10)(.0)?|pm|particulate.*)$/, { name: 'particles', unit: 'µg/m³', range: [0, 10_000] }],
  [/(^| )(tvoc|voc|voc index|air quality|iaq)$/, { name: 'voc', unit: '' }],
  [
    /(^| )(illuminance|illumination|illuminance lux|lux|lx|light level|light)$/,
    { name: 'illuminance', unit: 'lx', range: [0, 300_000] },
  ],
  [/(^| )aenergy( total)?$/, { name: 'energy', unit: 'Wh', counter: 'hour' }],
  [
    /(^| )energy (total|total kwh)$|(^| )(energy|kwh|consumption|energy consumption|import|export|total energy|energy total|total in|total out)$/,
    { name: 'energy', unit: 'kWh', counter: 'hour' },
  ],
  [
    /(^| )(water|gas|volume) ?(total|consumption|consumed|meter|volume|m3)$|(^| )(m3|total volume)$/,
    { name: 'volume', unit: 'm³', counter: 'hour' },
  ],
  [
    /(^| )(apower|power|watt|watts|active power|act power|total power|total act power|load power|power [abc])$/,
    { name: 'power', unit: 'W' },
  ],
  [/(^| )(voltage|volt|volts|voltage phase [abc]|[abc] voltage)$/, { name: 'voltage', unit: 'V', range: [0, 1000] }],
  [/(^| )(current|amps?|ampere|current phase [abc]|[abc] current)$/, { name: 'current', unit: 'A' }],
  [/(^| )(frequency|freq|ac frequency)$/, { name: 'frequency', unit: 'Hz', range: [0, 1000] }],
  [/(^| )(wind ?speed|wind gust|gust)$/, { name: 'wind', unit: 'm/s', range: [0, 120] }],
  [/(^| )(noise|sound level|spl)$/, { name: 'noise', unit: 'dB', range: [0, 160] }],
  [/(^| )(ph)$/, { name: 'ph', unit: '', range: [0, 14] }],
  [/(^| )(rpm)$/, { name: 'speed', unit: 'rpm' }],
  [
    /(^| )(position|current position|valve|pi heating demand|filling|fill level)$/,
    { name: 'position', unit: '%', range: [0, 100] },
  ],
  [
    /(^| )(flow|flow rate|level|distance|weight|vibration|speed|rate|flow temperature|local temperature)$/,
    { name: '', unit: '' },
  ],
  [
    /(^| )(state|contact|occupancy|presence|motion|open|door|window|relay|output|running|state (left|right|l ?\d)|pump|heating)$/,
    { name: 'state', unit: '' },
  ],
];

/** Names that say nothing about the quantity: the word before them does. */
const GENERIC =
  /^(value|val|v|state|reading|data|sensor|measurement|current value|status|number|input|total|raw|result|payload)$/;

/** `TotalStartTime`, `soil_moisture`, `temperature:0` as words: `total start time`, `soil moisture`, `temperature`. */
export const wordsOf = (key: string): string => (/^[a-z]+$/.test(key) ? key : wordsIn(key));

const wordsIn = (key: string): string =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, ' ')
    .replace(/(?<=\p{L}) ?\d+$/u, (digits, at: number, whole: string) =>
      /(pm|co)\s?$/.test(whole.slice(0, at)) ? digits : '',
    )
    .trim();

/** All patterns in one: most words match none, and one look is a third of the time of forty. */
const anyOf = (rules: readonly Rule<unknown>[]): RegExp => new RegExp(rules.map(([{ source }]) => source).join('|'));
const ANY_NO_SIGNAL = anyOf(NO_SIGNAL);
const ANY_QUANTITY = anyOf(QUANTITIES);

const firstOf = <T>(words: string, any: RegExp, rules: readonly Rule<T>[]): T | undefined =>
  any.test(words) ? rules.find(([pattern]) => pattern.test(words))?.[1] : undefined;

/** What the keys of a value, the innermost last, say about it: a quantity, a reason why it is no signal, or nothing. */
export function namedBy(keys: readonly string[]): Quantity | NoSignal | null {
  for (let i = keys.length - 1; i >= 0; i--) {
    const words = wordsOf(keys[i]);
    const isGeneric = GENERIC.test(words);
    if (!isGeneric) {
      const no = firstOf(words, ANY_NO_SIGNAL, NO_SIGNAL);
      if (no !== undefined) return no;
    }
    const both = i > 0 ? `${wordsOf(keys[i - 1])} ${words}` : words;
    let quantity = firstOf(both, ANY_QUANTITY, QUANTITIES);
    if (both !== words) quantity ??= firstOf(words, ANY_QUANTITY, QUANTITIES);
    if (quantity !== undefined && !(isGeneric && quantity.name === 'state' && i > 0)) return quantity;
    if (!isGeneric && words !== '') return null;
  }
  return null;
}

const UNITS: Readonly<Record<string, Quantity>> = {
  '°C': { name: 'temperature', unit: '°C', range: [-55, 125] },
  '°F': { name: 'temperature', unit: '°F', range: [-67, 257] },
  lx: { name: 'illuminance', unit: 'lx', range: [0, 300_000] },
  hPa: { name: 'pressure', unit: 'hPa', range: [300, 1200] },
  ppm: { name: '', unit: 'ppm', range: [0, 1_000_000] },
};

/** The quantity of a value whose unit is known, as from Home Assistant's discovery. */
export const quantityOf = (unit: string, named: Quantity | null, counts: boolean): Quantity => {
  const byUnit = UNITS[unit] ?? { name: '', unit };
  const range = named?.unit === unit ? named.range : byUnit.range;
  return {
    name: named?.name ?? byUnit.name,
    unit,
    ...(range === undefined ? {} : { range }),
    ...(counts ? { counter: 'hour' as const } : {}),
  };
};

/** Members of a payload in which nothing is a signal. */
const NO_SIGNAL_INSIDE: Readonly<Record<string, NoSignal>> = {
  update: 'device diagnostics',
  sys: 'device diagnostics',
  wifi: 'link quality',
  battery: 'battery',
  devicepower: 'battery',
};

/** Why nothing in a member of a payload is a signal, by the keys around a value; null where it may be one. */
export function noSignalAbove(keys: readonly string[]): NoSignal | null {
  for (const key of keys.slice(0, -1)) {
    const name = key.toLowerCase().replace(/:\d+$/, '');
    if (Object.hasOwn(NO_SIGNAL_INSIDE, name)) return NO_SIGNAL_INSIDE[name];
  }
  return null;
}

/** `sensors/temperature/kitchen`: the level before the last may name the quantity. */
export function quantityAbove(levels: readonly string[], keys: readonly string[]): Quantity | null {
  if (keys.length > 0 || levels.length < 2) return null;
  const named = namedBy(levels.slice(0, -1));
  return typeof named === 'string' || named?.name === 'state' ? null : named;
}

/** What the words of a signal say about it: `device` with levels, `signal` with dots, both in the words of the device. */
export function factsOf(device: string, signal: string): SignalFacts {
  const levels = device.split('/');
  const keys = signal === '' ? [] : signal.split('.');
  const said = noSignalAbove(keys) ?? namedBy(keys.length === 0 ? levels : keys) ?? quantityAbove(levels, keys);
  if (said === null) return {};
  if (typeof said === 'string') return { noSignal: said };
  const { name, unit, range, counter } = said;
  return {
    unit,
    ...(range === undefined ? {} : { range }),
    ...(counter === undefined ? {} : { counter }),
    ...(name === 'state' ? { binary: true } : {}),
  };
}
